"""Checks the installed package `skant_ray` against `skant fleet scan`. `tests/library/python_ray.rs` and `packaging/try`
run it.

  check.py parts SKANT                 inventories, stores and units, without a cluster
  check.py remote SKANT                mirrors of URLs, from git's daemon
  check.py cluster SKANT [COUNT]       a cluster of three nodes, one of which is killed: the same bytes as on one machine
  check.py s3 SKANT                    a store in object storage (needs moto), and its copy
"""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from fleets import DRIVER, GIT, driven, fill, git, lines_of, planned, raises, repositories, same, scanned, wait_for

from skant_ray import inventory, store, unit
from skant_ray.errors import RunError, UnitError


def parts(skant):
    os.environ["SKANT_PROGRAM"] = skant
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        repositories(f"{folder}/repositories", 4)
        path = planned(skant, folder)
        inventories(path)
        addresses(folder)
        units(skant, folder, path)
        states(folder, path)
        programs(folder)
        usage(folder, path)
        assert os.listdir(unit.base_folder()) == [], "private stores stay"
    print("parts: ok")


def inventories(path):
    with open(path, "rb") as file:
        whole = file.read()
    lines = whole.splitlines()
    assert inventory.check(io.BytesIO(whole)) == 6
    other = json.dumps({**json.loads(lines[2]), "unit": "0" * 32}).encode()
    for wrong, said in (
        (b"", "does not begin"),
        (b"/srv/a\n", "does not begin"),
        (whole.replace(b'"inventory":1', b'"inventory":2', 1), "has version 2"),
        (b"\n".join(lines[:3]), "lists 2, and its first line says 6"),
        (whole[:-20], "line 7 of the inventory is no JSON object"),
        (b"\n".join([lines[0], lines[2], lines[1]]), "line 3 of the inventory is not after"),
        (b"\n".join([lines[0], other]), "line 2 of the inventory has a `unit`"),
        (lines[0] + b"\n" + b"x" * 100_000, "line 2 of the inventory is too long"),
    ):
        assert said in str(raises(RunError, inventory.check, io.BytesIO(wrong))), said


def addresses(folder):
    """What is no store, and what would hand credentials to Ray, is refused."""
    for address in ("hdfs://host/path", "https://host/path", "s3://id:word@bucket/path", "s3://id@bucket/path"):
        error = raises(RunError, store.open_store, address)
        assert "word" not in str(error) and error.help
    assert store.open_store("file:///srv/a").root == "/srv/a"
    os.mkdir(f"{folder}/foreign")
    with open(f"{folder}/foreign/file", "w"):
        pass
    assert "not empty" in str(raises(RunError, store.prepare, store.open_store(f"{folder}/foreign")))
    made = store.open_store(f"{folder}/deep/made")
    store.prepare(made)
    again = store.open_store(f"{folder}/deep/made")
    store.prepare(again)
    again.close()
    other = store.open_store(f"{folder}/deep/made", "another-run")
    assert "does not see the store" in str(raises(RunError, other.check_node, "node"))
    made.close()
    assert os.listdir(f"{folder}/deep/made/work") == []
    with open(f"{folder}/deep/made/store.json", "w") as file:
        file.write("{}")
    assert "another version" in str(raises(RunError, store.prepare, store.open_store(f"{folder}/deep/made")))


class Broken(store.LocalStore):
    """A store in which the n-th put fails, as if the node had died."""

    left = 0

    def put(self, name, source):
        self.left -= 1
        if self.left < 0:
            raise OSError("broken")
        super().put(name, source)


def units(skant, folder, path):
    """Units in this process, with a fault before each put: the next try ends as if nothing had been."""
    target = store.LocalStore(f"{folder}/target", None)
    store.prepare(target)
    task = unit.Task(target.root, target.run, (), 1.0)
    broken = Broken(target.root, target.run)
    opened, unit._opened = unit._opened, lambda *_: broken
    for changed in ([0, 1, 2, 3], [1], []):
        for number in changed:
            fill(f"{folder}/repositories/{number:04}.git", f"text {len(changed)}\n")
        assert scanned(skant, path, f"{folder}/local")[0] in (2, 3)
        for number, (outcomes, faults) in enumerate(each_unit(path, task, broken)):
            last = outcomes[-1]
            expected = "failed" if number == 4 else "read" if number == 5 or number in changed else "skipped"
            assert last == expected, (number, outcomes)
            # A report and a row are put, and where this program keeps one a state; of a failed unit only the row.
            assert faults in {"failed": (1,), "read": (2, 3), "skipped": (0,)}[expected], (number, faults)
    with open(path, "rb") as file:
        broken.left = 1
        broken.put("inventory.jsonl", file)
    unit._opened = opened
    target.close()
    assert same(f"{folder}/local", f"{folder}/target") == 5


def each_unit(path, task, broken):
    with open(path, "rb") as file:
        inventory.header(file)
        for one in inventory.units(file):
            outcomes, faults = [], 0
            while not outcomes:
                broken.left = faults
                try:
                    outcomes.append(unit.scan_unit(task, one).outcome)
                except UnitError as error:
                    assert "broken" in str(error)
                    faults += 1
            yield outcomes, faults


def remote(skant):
    """Units of URLs: the mirror is made in the private store, and their rows and reports are those of one machine."""
    os.environ["SKANT_PROGRAM"] = skant
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        repositories(f"{folder}/repositories", 3)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        # Not by `git daemon`, which starts it as a child.
        daemon = [f"{git(None, '--exec-path')}/git-daemon", f"--base-path={folder}/repositories", "--export-all", "--listen=127.0.0.1"]
        served = subprocess.Popen([*daemon, f"--port={port}"], env=GIT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: is_answered(port), served)
            # The last one is not there.
            text = "".join(f"git://127.0.0.1:{port}/{number:04}.git\n" for number in (0, 1, 2, 9))
            plan = [skant, "fleet", "plan", "--from", "-"]
            made = subprocess.run(plan, input=text.encode(), capture_output=True, check=True)
            path = f"{folder}/inventory"
            with open(path, "wb") as file:
                file.write(made.stdout)
            assert scanned(skant, path, f"{folder}/local")[0] == 3
            target = store.LocalStore(f"{folder}/target", None)
            store.prepare(target)
            for expected in (["read"] * 3, ["skipped"] * 3):
                task = unit.Task(target.root, target.run, (), 1.0)
                with open(path, "rb") as file:
                    inventory.header(file)
                    found = [unit.scan_unit(task, one).outcome for one in inventory.units(file)]
                assert found == [*expected, "failed"], found
            with open(path, "rb") as file:
                target.put("inventory.jsonl", file)
            target.close()
            assert same(f"{folder}/local", f"{folder}/target") == 3
            assert os.listdir(unit.base_folder()) == [], "mirrors stay"
        finally:
            served.kill()
            served.wait()
    print("remote: ok")


def is_answered(port):
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def states(folder, path):
    """The state of a unit goes to the node and comes back, as a file and as a folder."""
    target = store.LocalStore(f"{folder}/states", None)
    store.prepare(target)
    name = "ab" * 16
    for files in ([f"states/{name}"], [f"states/{name}/objects/x", f"states/{name}/y"]):
        for file in files:
            target.put(file, io.BytesIO(b"one"))
        target.put(f"states/{name}0", io.BytesIO(b"of another unit"))
        with unit.private_folder() as private:
            before = unit.fetch(target, name, private)
            assert sorted(before.states) == files
            for file in files:
                with open(f"{private}/{file}") as copy:
                    assert copy.read() == "one"
            assert not os.path.exists(f"{private}/states/{name}0")
            row = {"state": "complete", "unit": name, "report": {"file": f"reports/{name}/00.json"}}
            for file, text in ((f"coverage/{name}.json", json.dumps(row)), (f"reports/{name}/00.json", "{}")):
                with open(f"{private}/{file}", "w") as copy:
                    copy.write(text)
            os.remove(f"{private}/{files[0]}")
            with open(f"{private}/{files[-1]}", "w") as copy:
                copy.write("two")
            unit.put(target, name, private, before)
        assert target.read(files[-1]) == b"two"
        assert len(files) == 1 or target.read(files[0]) is None
        assert target.read(f"reports/{name}/00.json") == b"{}"
        for file in files:
            target.remove(file)
    target.close()


def programs(folder):
    """A node without the program, or with another version of it, says what to do."""
    other = f"{folder}/other"
    with open(other, "w") as file:
        file.write("#!/bin/sh\necho skant 9.9.9\n")
    os.chmod(other, 0o755)
    known = os.environ["SKANT_PROGRAM"]
    for wrong, said in ((f"{folder}/absent", "cannot start"), (other, "skant 9.9.9")):
        os.environ["SKANT_PROGRAM"] = wrong
        unit.checked_program.cache_clear()
        error = raises(RunError, unit.checked_program)
        assert said in str(error) and "help: " in str(error), error
    os.environ["SKANT_PROGRAM"] = known
    unit.checked_program.cache_clear()
    assert unit.checked_program() == known


def usage(folder, path):
    """Wrong arguments end with 2 and a line of help, before a cluster is asked for."""
    for arguments, said in (
        ([], "--store"),
        (["--store", folder], "there is no inventory"),
        ([path, "--store", "hdfs://host/path"], "is no place for a store"),
        ([f"{folder}/absent", "--store", f"{folder}/new"], "cannot read the inventory"),
        ([path, "--store", f"{folder}/new", "--max-size=x"], "--max-size"),
        ([path, "--store", f"{folder}/new", f"--config={folder}/absent"], "absent"),
        ([path, "--store", f"{folder}/new", "--in-flight=0"], "write a number from 1 on"),
        ([path, "--store", f"{folder}/foreign"], "not empty"),
        (["--store", f"{folder}/repositories", "--download", f"{folder}/copy"], "is no store"),
    ):
        ended = subprocess.run([*DRIVER, *arguments], capture_output=True, text=True)
        assert ended.returncode == 2 and said in ended.stderr, (arguments, ended.returncode, ended.stderr)
        assert "Traceback" not in ended.stderr, ended.stderr
    assert not os.path.exists(f"{folder}/new")


def cluster(skant, count="60"):
    """Two of three nodes hold their units; one of them is killed, and the other one goes on then."""
    from ray.cluster_utils import Cluster

    with tempfile.TemporaryDirectory() as folder:
        repositories(f"{folder}/repositories", int(count))
        path = planned(skant, folder)
        expected = scanned(skant, path, f"{folder}/local")
        for name in ("held", "killed"):
            holding(skant, folder, name)
        os.environ["SKANT_PROGRAM"] = skant
        # Not for this process: Ray has its sockets in the temporary folder, and their paths may not be long.
        private = {"TMPDIR": f"{folder}/private"}
        os.mkdir(private["TMPDIR"])
        nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "env_vars": private})
        nodes.add_node(num_cpus=2, env_vars={**private, "SKANT_PROGRAM": f"{folder}/held"})
        killed = nodes.add_node(num_cpus=2, env_vars={**private, "SKANT_PROGRAM": f"{folder}/killed"})
        try:
            result = []
            run = threading.Thread(target=lambda: result.append(driven(path, f"{folder}/ray", "--address", nodes.address)))
            run.start()
            # Both processors of the one, and one of the other.
            wait_for(lambda: lines_of(f"{folder}/killed.units") == 2 and lines_of(f"{folder}/held.units") > 0, run)
            nodes.remove_node(killed, allow_graceful=False)
            with open(f"{folder}/go", "w"):
                pass
            run.join()
            [(code, lines, sums)] = result
            assert (code, sums) == expected and code == 3, (code, sums, expected)
            assert len({line["unit"] for line in lines}) == len(lines) == int(count) + 2
            reports = same(f"{folder}/local", f"{folder}/ray")
            lost = set(open(f"{folder}/killed.units").read().split())
            assert lost and lost <= {line["unit"] for line in lines}
            with_others(nodes, skant, folder, path)
        finally:
            nodes.shutdown()
        print(f"{reports} reports of {count} repositories are those of one machine; a node died with {len(lost)} of them")


def with_others(nodes, skant, folder, path):
    """A second run, an interrupted one, and a node without the program."""
    code, _, sums = driven(path, f"{folder}/ray", "--address", nodes.address, "--in-flight=3", "--fail-on=never")
    assert code == 2 and (sums["read"], sums["failed"]) == (1, 1) and sums["skipped"] == sums["repositories"] - 2, sums
    same(f"{folder}/local", f"{folder}/ray")
    # Units whose program does not come to its end: the driver is told to stop.
    os.remove(f"{folder}/go")
    os.remove(f"{folder}/held.units")
    command = [*DRIVER, path, "--store", f"{folder}/stopped", "--address", nodes.address]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: lines_of(f"{folder}/held.units") > 0, run)
    run.send_signal(signal.SIGTERM)
    said = run.communicate()
    assert run.returncode == 130 and b"interrupted; the same command goes on" in said[0], said
    with open(f"{folder}/go", "w"):
        pass
    driven(path, f"{folder}/stopped", "--address", nodes.address)
    same(f"{folder}/local", f"{folder}/stopped")
    # The private stores of the killed node and of the interrupted run are removed, too. An empty folder may be left.
    base = f"{folder}/private/skant-fleet-ray-{os.getuid()}"
    left = [os.listdir(f"{base}/{name}") for name in os.listdir(base)]
    assert all(names in ([], ["lock"]) for names in left), left
    nodes.add_node(num_cpus=2, env_vars={"SKANT_PROGRAM": f"{folder}/absent"})
    nodes.wait_for_nodes()
    command = [*DRIVER, path, "--store", f"{folder}/third", "--address", nodes.address]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 2 and "cannot start" in ended.stderr and "pip install" in ended.stderr, ended


def holding(skant, folder, name):
    """Makes a program that writes the units that it gets to a file, and goes on with them when there is a file `go`; the
    one of the killed node never does."""
    with open(f"{folder}/{name}", "w") as file:
        file.write(
            "#!/bin/sh\n"
            f'[ "$1" = fleet ] || exec {skant} "$@"\n'
            "input=$(cat)\n"
            f"""printf '%s\\n' "$input" | sed -n 's/.*"unit":"\\([0-9a-f]*\\)".*/\\1/p' >> {folder}/{name}.units\n"""
            f"while [ {name} = killed ] || [ ! -e {folder}/go ]; do [ -d {folder} ] || exit 9; sleep 0.1; done\n"
            # The shell stays the parent of the program, which has to end with the shell.
            f"""printf '%s\\n' "$input" | SKANT_FLEET_PARENT=$$ {skant} "$@"\n"""
        )
    os.chmod(f"{folder}/{name}", 0o755)


def s3(skant):
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    environment = {
        **{name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
        **{f"AWS_{name}": "made-up" for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")},
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SKANT_PROGRAM": skant,
    }
    bucket = urllib.request.Request(f"http://{host}:{port}/bucket", method="PUT")
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(bucket).close()
    address = f"s3://bucket/audit?scheme=http&endpoint_override={host}:{port}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            repositories(f"{folder}/repositories", 12)
            path = planned(skant, folder)
            for changed in (False, True):
                if changed:
                    fill(f"{folder}/repositories/0001.git", "another text\n")
                code, sums = scanned(skant, path, f"{folder}/local")
                options = ("--address=local", f"--download={folder}/copy")
                found = driven(path, address, *options, environment=environment)
                assert (found[0], found[2]) == (code, sums), (found, code, sums)
                if not changed:
                    same(f"{folder}/local", f"{folder}/copy", is_copy=True)
            # The copy of the first run keeps a report that the second one replaced.
            command = [*DRIVER, "--store", address, "--download", f"{folder}/new"]
            assert subprocess.run(command, env=environment).returncode == 0
            reports = same(f"{folder}/local", f"{folder}/new", is_copy=True)
            status = subprocess.run([skant, "fleet", "status", f"{folder}/new"], capture_output=True)
            assert status.returncode == 3, status
    finally:
        server.stop()
    print(f"{reports} reports in object storage are those of one machine")


if __name__ == "__main__":
    modes = {"parts": parts, "remote": remote, "cluster": cluster, "s3": s3}
    if len(sys.argv) < 3 or sys.argv[1] not in modes:
        sys.exit(__doc__)
    modes[sys.argv[1]](*sys.argv[2:])
