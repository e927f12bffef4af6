"""Checks the installed package `skant` against the program. `tests/library/python_lib.rs` and `packaging/try` run it.

  check.py repositories SKANT FOLDER...   the files and the history of each repository: the same reports
  check.py files SKANT FOLDER             each file below a folder as bytes: the same values, field by field
  check.py behaviour SKANT KEY            errors, types, signals, threads; KEY is a secret that no text may show
  check.py parallel FOLDER                how much faster eight threads are than one after the other
"""

import dataclasses
import gc
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time

import skant


def program(executable, *arguments, folder=None, stdin=None):
    """Returns the report of the program, with the fields that JSON leaves out."""
    # The module reads neither the user's settings nor variables that lead git elsewhere.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment["XDG_CONFIG_HOME"] = "/nonexistent"
    run = subprocess.run(
        [executable, "scan", "--json", *arguments], cwd=folder, input=stdin, capture_output=True, env=environment
    )
    assert run.returncode in (0, 1, 2, 3), run.stderr.decode()
    assert run.stdout, run.stderr.decode()
    return json.loads(run.stdout)


def whole(finding):
    """Fills in the fields that JSON leaves out."""
    names = [field.name for field in dataclasses.fields(skant.Finding)]
    full = {name: finding.get(name) for name in names} | finding
    details = {"via": [], "in_member": None, "spans": [], "snippet": None}
    full["locations"] = [{"kind": "file", "at_head": None} | details | location for location in finding["locations"]]
    for location in full["locations"]:
        if location["at_head"]:
            location["at_head"] = details | location["at_head"]
    if finding["history"]:
        full["history"] = {"held_by": None} | finding["history"]
    return full


def plain(value):
    """Returns a dataclass as JSON would have it."""
    return json.loads(json.dumps(dataclasses.asdict(value)))


def same(expected, report):
    assert report.complete == expected["complete"]
    assert plain(report.scope) == expected["scope"], (report.scope, expected["scope"])
    assert len(report.findings) == len(expected["findings"])
    for found, wanted in zip(report.findings, expected["findings"]):
        assert plain(found) == whole(wanted), (found, wanted)
    for kind in ("problems", "notes"):
        assert [plain(problem) for problem in getattr(report, kind)] == expected[kind]
    wanted = [{"kind": "file"} | suppressed for suppressed in expected["suppressed"]]
    assert [plain(suppressed) for suppressed in report.suppressed] == wanted


def repositories(executable, *folders):
    count = 0
    for folder in folders:
        forms = [(False, ["."]), (True, ["--history"]), ("HEAD", ["--history", "HEAD"])]
        for history, arguments in forms:
            report = skant.scan_repository(folder, history, allow_incomplete=True)
            same(program(executable, *arguments, folder=folder), report)
            count += len(report.findings)
    print(f"{count} findings in {len(folders)} repositories are those of the program")


def untracked(executable, key):
    """What to do about a file that git does not track is what the program says."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "-q", folder], check=True)
        for name, text in (("a.env", f"K={key}\n"), ("b.py", "password = 'wintergarden%d'\n" % 72)):
            with open(f"{folder}/{name}", "w") as file:
                file.write(text)
        subprocess.run(["git", "-C", folder, "add", "b.py"], check=True)
        same(program(executable, ".", folder=folder), skant.scan_repository(folder, allow_incomplete=True))


def located(finding, location):
    """Returns everything of a location that does not depend on the other files of a scan."""
    fields = ("byte_start", "byte_end", "line", "column", "end_line", "end_column")
    return (
        (finding["rule"], finding["fingerprint"], finding["secret"]["masked"], finding["secret"]["length"])
        + (location["path"], json.dumps(location.get("via", [])), json.dumps(location.get("spans", [])))
        + tuple(location[name] for name in fields)
    )


def files(executable, folder):
    expected = program(executable, "--no-ignore", ".", folder=folder)
    # At most 100 locations of a value are listed.
    cut = {finding["fingerprint"] for finding in expected["findings"] if finding["places"] > len(finding["locations"])}
    wanted = {
        located(finding, location)
        for finding in expected["findings"]
        for location in finding["locations"]
        # Names of files are no bytes.
        if finding["fingerprint"] not in cut and "kind" not in location
    }
    highest = {finding["fingerprint"]: finding["confidence"] for finding in expected["findings"]}
    found, confidences, count = set(), {}, 0
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            path = os.path.join(parent, name)
            if os.path.islink(path):
                continue
            shown = os.path.relpath(path, folder)
            with open(path, "rb") as file:
                data = file.read()
            findings = skant.scan_bytes(data, shown, allow_incomplete=True)
            for finding in map(plain, findings):
                confidences.setdefault(finding["fingerprint"], set()).add(finding["confidence"])
                if finding["fingerprint"] not in cut:
                    found.update(located(finding, location) for location in finding["locations"])
            count += 1
            if count % 100 == 0:
                alone = program(executable, "-", "--path", shown, folder="/", stdin=data)
                assert [plain(finding) for finding in findings] == [whole(finding) for finding in alone["findings"]]
    assert found == wanted, (sorted(found - wanted)[:3], sorted(wanted - found)[:3])
    order = ["low", "medium", "high"]
    for fingerprint, seen in confidences.items():
        assert max(seen, key=order.index) == highest[fingerprint]
    print(f"{len(found)} locations of {len(highest)} values in {count} files are those of the program")


def raises(kind, function, *arguments, **named):
    try:
        function(*arguments, **named)
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} is expected")


def behaviour(executable, key):
    text = f"ANTHROPIC_API_KEY={key}\n".encode()
    [finding] = skant.scan_bytes(text, "app/.env")
    location = finding.locations[0]
    assert (finding.rule, finding.confidence, location.path) == ("anthropic-api-key", "high", "app/.env")
    assert text[location.byte_start : location.byte_end] == key.encode()
    for shown in (repr(finding), str(finding), json.dumps(plain(finding)), str(pickle.dumps(finding))):
        assert key not in shown and key[20:40] not in shown
    assert pickle.loads(pickle.dumps(finding)) == finding and len({finding, finding}) == 1
    for form in (bytearray(text), memoryview(text), memoryview(b"x" + text)[1:]):
        assert skant.scan_bytes(form, "app/.env") == [finding]
    for path in (b"app/.env", os.path.join("app", ".env")):
        assert skant.scan_bytes(text, path) == [finding]
    assert skant.scan_bytes(text)[0].locations[0].path == "-"
    assert skant.scan_bytes(b"") == [] and skant.scan_bytes(b"key = sk-ant-api03-...") == []
    for wrong in (5, "text", None, [1]):
        raises(TypeError, skant.scan_bytes, wrong)
    raises(ValueError, skant.scan_bytes, b"", min_confidence="none")

    # An empty list means "no secret": what cannot be read is an exception.
    damaged = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\x55" * 40
    error = raises(skant.IncompleteError, skant.scan_bytes, damaged, "a.gz")
    assert error.report.problems[0].kind == "corrupt-archive" and "a.gz" in str(error)
    assert isinstance(error, skant.Error) and not error.report.complete
    assert skant.scan_bytes(damaged, allow_incomplete=True) == []

    with tempfile.TemporaryDirectory() as folder:
        error = raises(skant.Error, skant.scan_repository, os.path.join(folder, key))
        assert key not in str(error)
        raises(skant.Error, skant.scan_repository, folder)
        subprocess.run(["git", "init", "-q", folder], check=True)
        subprocess.run(["git", "init", "-q", "--bare", f"{folder}/bare.git"], check=True)
        error = raises(skant.Error, skant.scan_repository, f"{folder}/bare.git")
        assert "history=True" in str(error)
        assert skant.scan_repository(f"{folder}/bare.git", True).complete
        with open(f"{folder}/key.txt", "wb") as file:
            file.write(text)
        # The path counts, whatever a hook of another repository has in its environment.
        os.environ["GIT_DIR"] = f"{folder}/bare.git"
        report = skant.scan_repository(folder)
        assert [found.fingerprint for found in report.findings] == [finding.fingerprint]
        del os.environ["GIT_DIR"]
        error = raises(skant.Error, skant.scan_repository, folder, f"absent/{key}")
        assert key not in str(error) and "absent" in str(error)
        raises(ValueError, skant.scan_repository, folder, "")
        raises(ValueError, skant.scan_repository, folder, jobs=0)
        with open(f"{folder}/skant.toml", "w") as file:
            file.write("unknown = 1\n")
        assert "unknown" in str(raises(skant.Error, skant.scan_repository, folder))
        os.remove(f"{folder}/skant.toml")
        forked(folder)
    without_pyarrow()
    untracked(executable, key)
    lock_is_released()
    interrupted()
    print("behaviour: ok")


def forked(folder):
    """A child has no threads of its parent, and must not wait for them."""
    skant.scan_repository(folder)
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        os._exit(0 if len(skant.scan_repository(folder).findings) == 1 else 1)
    assert os.waitpid(child, 0)[1] == 0


def without_pyarrow():
    """The module needs no pyarrow, and says how to get it."""
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import skant\n"
        "try: skant.scan_table(None, 'text')\n"
        "except ImportError as error: assert 'pip install' in str(error)\n"
        "else: sys.exit(1)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def lock_is_released():
    """This thread goes on while another one scans."""
    text = b"password = os.environ['PASSWORD']; " * 1_000_000
    scan = threading.Thread(target=skant.scan_bytes, args=(text,))
    gc.disable()
    begin = last = time.monotonic()
    longest = 0.0
    scan.start()
    while scan.is_alive():
        time.sleep(0.001)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    took = last - begin
    assert longest < took / 2, f"this thread waited {longest:.3f} s of {took:.3f} s"


def interrupted():
    """Ctrl-C ends a scan."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "-q", folder], check=True)
        for number in range(100):
            with open(f"{folder}/{number}", "wb") as file:
                file.write(b"password = os.environ['PASSWORD']; " * 30_000)
        main = os.getpid()
        timer = threading.Timer(0.3, os.kill, (main, signal.SIGINT))
        begin = time.monotonic()
        timer.start()
        raises(KeyboardInterrupt, skant.scan_repository, folder, jobs=1)
        assert time.monotonic() - begin < 20


def parallel(folder, threads=8):
    texts = []
    for parent, _, names in os.walk(folder):
        for name in sorted(names):
            with open(os.path.join(parent, name), "rb") as file:
                texts.append(file.read())
    joined = [b"\n".join(texts[at::64]) for at in range(64)]
    for name, parts in (("files", texts), ("joined texts", joined)):
        compare_threads(name, parts * 8, threads)


def compare_threads(name, texts, threads):
    def scan(part):
        for text in part:
            skant.scan_bytes(text, allow_incomplete=True)

    scan(texts[: len(texts) // 8])
    begin = time.monotonic()
    scan(texts)
    one = time.monotonic() - begin
    # Large texts first, and to each thread as many bytes as to the others.
    parts, loads = [[] for _ in range(threads)], [0] * threads
    for text in sorted(texts, key=len, reverse=True):
        at = loads.index(min(loads))
        parts[at].append(text)
        loads[at] += len(text)
    workers = [threading.Thread(target=scan, args=(part,)) for part in parts]
    begin = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    many = time.monotonic() - begin
    print(
        f"{len(texts)} {name}, {sum(loads) / 1e6:.0f} MB: {one:.2f} s one after the other, {many:.2f} s in {threads} "
        f"threads, {one / many:.2f} times as fast on {os.cpu_count()} processors"
    )


if __name__ == "__main__":
    modes = {"repositories": repositories, "files": files, "behaviour": behaviour, "parallel": parallel}
    if len(sys.argv) < 3 or sys.argv[1] not in modes:
        sys.exit(__doc__)
    modes[sys.argv[1]](*sys.argv[2:])
