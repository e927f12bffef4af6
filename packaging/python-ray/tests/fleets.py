"""Fleets for the checks: repositories, stores, runs on this machine and on a cluster."""

import json
import os
import stat
import subprocess
import sys
import threading
import time

VARIABLE = ("at", "milliseconds", "tries", "read_before")
GIT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    **{f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    "GIT_CONFIG_GLOBAL": os.devnull,
}
DRIVER = [sys.executable, "-m", "skant_ray.cli"]


def repositories(folder, count):
    """Makes repositories: every third with a made-up password, the last two are none and a damaged one."""
    os.makedirs(folder)
    for number in range(count):
        text = f"line {number}\n" * 50
        if number % 3 == 0:
            text += "db_" + f"password = 'winter{'garden'}{100 + number}x'\n"
        fill(f"{folder}/{number:04}.git", text)
    os.makedirs(f"{folder}/{count:04}.git/objects")
    os.makedirs(f"{folder}/{count:04}.git/refs")
    with open(f"{folder}/{count:04}.git/HEAD", "w") as file:
        file.write("nonsense\n")
    damaged = f"{folder}/{count + 1:04}.git"
    fill(damaged, "text\n")
    blob = git(damaged, "rev-parse", "main:a.py")
    os.remove(f"{damaged}/objects/{blob[:2]}/{blob[2:]}")


def fill(path, text):
    git(None, "init", "-q", "--bare", "-b", "main", path)
    commit = "commit refs/heads/main\ncommitter a <a@b> 1700000000 +0000\ndata 1\nc\nM 100644 inline a.py\n"
    git(path, "fast-import", "--quiet", "--force", stdin=f"{commit}data {len(text)}\n{text}\n".encode())


def git(path, *arguments, stdin=b""):
    where = ["-C", path] if path else []
    ended = subprocess.run(["git", *where, *arguments], input=stdin, capture_output=True, env=GIT)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.decode().strip()


def planned(skant, folder):
    """Returns the path of an inventory of the repositories below a folder."""
    path = f"{folder}/inventory.jsonl"
    made = subprocess.run([skant, "fleet", "plan", f"{folder}/repositories"], capture_output=True)
    assert made.returncode == 0, made.stderr
    with open(path, "wb") as file:
        file.write(made.stdout)
    return path


def contents(folder):
    """Returns everything in a store that has to be equal: reports as bytes, rows without what varies."""
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            relative = os.path.relpath(path, folder)
            status = os.stat(path)
            assert stat.S_IMODE(status.st_mode) == 0o600, f"{relative}: mode {status.st_mode:o}"
            with open(path, "rb") as file:
                content = file.read()
            if relative.startswith("coverage/"):
                row = json.loads(content)
                content = json.dumps({name: value for name, value in row.items() if name not in VARIABLE})
            elif relative.startswith("states/"):
                # What earlier runs have read.
                content = None
            found[relative] = content
        assert stat.S_IMODE(os.stat(parent).st_mode) == 0o700, f"{parent}: mode"
    return found


def same(first, second, is_copy=False):
    """Checks that two stores are equal, and returns the number of reports. A copy has no states."""
    one, two = contents(first), contents(second)
    if is_copy:
        one = {name: content for name, content in one.items() if not name.startswith("states/")}
    assert one.keys() == two.keys(), sorted(one.keys() ^ two.keys())[:5]
    assert [name for name in one if one[name] != two[name]] == []
    return sum(name.startswith("reports/") for name in one)


def raises(kind, function, *arguments):
    try:
        function(*arguments)
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} is expected")


def scanned(skant, path, folder, *options):
    """Scans on this machine, and returns the exit code and the printed sums."""
    command = [skant, "fleet", "scan", path, "--store", folder, "--json", "--keep-mirrors=0", *options]
    ended = subprocess.run(command, capture_output=True)
    return ended.returncode, json.loads(ended.stdout.splitlines()[-1])["summary"]


def driven(path, address, *options, environment=None):
    """Scans on a cluster, and returns the exit code and the printed lines."""
    command = [*DRIVER, path, "--store", address, "--json", "--progress=never", *options]
    ended = subprocess.run(command, capture_output=True, env=environment)
    assert ended.returncode in (0, 1, 2, 3) and ended.stdout, ended.stderr.decode()
    assert b"Traceback (" not in ended.stderr, ended.stderr.decode()
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    return ended.returncode, lines[:-1], lines[-1]["summary"]


def lines_of(path):
    """Returns the number of lines of a file; 0 if it is not there."""
    try:
        with open(path) as file:
            return len(file.readlines())
    except FileNotFoundError:
        return 0


def wait_for(is_there, run):
    is_running = run.is_alive if isinstance(run, threading.Thread) else lambda: run.poll() is None
    while not is_there():
        assert is_running(), "the run ended too early"
        time.sleep(0.05)
