"""A unit on a node: its row, report and state are fetched into a private store, ``skant fleet scan`` decides and reads,
and what is new is put back.

The program is the same as on one machine, so that keys, skipping, tries and bytes are the same, too.
"""

from __future__ import annotations

import functools
import io
import json
import os
import platform
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Optional

from skant_ray import __version__
from skant_ray.errors import RunError, UnitError
from skant_ray.inventory import Unit
from skant_ray.store import (
    MARK,
    MARK_TEXT,
    LocalStore,
    ObjectStore,
    make_locked,
    make_private,
    open_store,
    remove_leftovers,
    remove_locked,
    report_of,
    row_name,
)

#: The most bytes of what the program says in an error.
MAX_SAID = 2000
INSTALL = f"run `pip install 'skant[ray]=={__version__}'` in the Python of Ray on each node, or in its image"
#: The most processes of `skant fleet scan`.
MAX_JOBS = 256


@dataclass(frozen=True)
class Task:
    """What all tasks of a run get. Ray keeps it: nothing here is a secret."""

    store: str
    #: The folder of the run in a local store.
    run: Optional[str]
    #: Options of `skant fleet scan`.
    options: tuple[str, ...]
    #: The processors of a task.
    cpus: float


@dataclass(frozen=True)
class Result:
    """How a unit ended: ``skipped``, ``read`` or ``failed``; and its row, a line of JSON."""

    outcome: str
    row: str


def find_program() -> str:
    """Returns the path of ``skant``: the one that SKANT_PROGRAM names, beside the running Python, or on the PATH."""
    beside = os.path.join(os.path.dirname(sys.executable), "skant")
    program = os.environ.get("SKANT_PROGRAM") or (beside if os.access(beside, os.X_OK) else shutil.which("skant"))
    if program is None:
        raise RunError(f"the node {platform.node()} has no program `skant`", INSTALL)
    return program


@functools.lru_cache(maxsize=None)
def checked_program() -> str:
    """Returns the path of a program with the version of this package: others have other rules, and so other keys."""
    program = find_program()
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, errors="replace").stdout
    except OSError as error:
        raise RunError(f"cannot start {program} on {platform.node()}: {error.strerror}", INSTALL) from None
    if said.split()[:2] != ["skant", __version__]:
        raise RunError(
            f"the node {platform.node()} has {said.strip()[:100] or 'no version'} in {program}, not skant {__version__}",
            INSTALL,
        )
    return program


@functools.lru_cache(maxsize=4)
def _opened(address: str, run: Optional[str]) -> LocalStore | ObjectStore:
    store = open_store(address, run)
    store.check_node(platform.node())
    return store


def scan_unit(task: Task, unit: Unit) -> Result:
    """Reads a unit, unless its report is there. Raises ``UnitError`` if a further try may pass."""
    program = checked_program()
    store = _opened(task.store, task.run)
    try:
        with private_folder() as folder:
            before = fetch(store, unit.name, folder)
            result = run(program, task, unit, folder)
            if result.outcome != "skipped":
                put(store, unit.name, folder, before)
            return result
    except OSError as error:
        raise UnitError(f"{platform.node()}: {error}") from None


def base_folder() -> str:
    """Returns the folder for the private stores of this user on a node."""
    base = os.path.join(tempfile.gettempdir(), f"skant-fleet-ray-{os.getuid()}")
    make_private(base)
    found = os.lstat(base)
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077:
        raise RunError(f"{base} belongs to somebody else", "set TMPDIR to a folder of your own on each node")
    return base


@contextmanager
def private_folder() -> Iterator[str]:
    """A new folder, which the next task on the node removes if this process is killed."""
    base = base_folder()
    remove_leftovers(base)
    name, lock = make_locked(base)
    try:
        yield os.path.join(base, name, "store")
    finally:
        remove_locked(os.path.join(base, name))
        lock.close()


@dataclass(frozen=True)
class Before:
    """What the store had of a unit."""

    report: Optional[str]
    #: The files of its state, and their content's time of change and size in the private store.
    states: dict[str, tuple[int, int]]


def fetch(store: LocalStore | ObjectStore, unit: str, folder: str) -> Before:
    """Makes a private store with the row, the report and the state of a unit."""
    for part in ("", "coverage", "reports", f"reports/{unit}", "states"):
        make_private(os.path.join(folder, part))
    with open(os.path.join(folder, MARK), "wb") as file:
        file.write(MARK_TEXT)
    raw = store.read(row_name(unit))
    report = None
    if raw is not None:
        with open(os.path.join(folder, row_name(unit)), "wb") as file:
            file.write(raw)
        row = parsed(raw)
        report = report_of(unit, row)
        # Without a complete report the unit is read anew.
        if report is not None and row.get("state") == "complete":
            store.fetch(report, os.path.join(folder, report))
    return Before(report, fetch_state(store, unit, folder))


def fetch_state(store: LocalStore | ObjectStore, unit: str, folder: str) -> dict[str, tuple[int, int]]:
    """Copies the state of a unit, a file or a folder."""
    state = f"states/{unit}"
    kind = store.kind(state)
    names = [state] if kind == "file" else list(store.files(state)) if kind == "folder" else []
    for name in names:
        if any(part in ("", ".", "..") for part in name.split("/")) or not f"{name}/".startswith(f"{state}/"):
            continue
        target = os.path.join(folder, name)
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        store.fetch(name, target)
    return state_files(unit, folder)


def state_files(unit: str, folder: str) -> dict[str, tuple[int, int]]:
    """Returns the files of a unit's state in a private store, with what changes when they are written."""
    private = LocalStore(folder, None)
    state = f"states/{unit}"
    kind = private.kind(state)
    names = [state] if kind == "file" else sorted(private.files(state)) if kind == "folder" else []
    found = {name: os.stat(os.path.join(folder, name)) for name in names}
    return {name: (status.st_mtime_ns, status.st_ino) for name, status in found.items()}


def jobs(cpus: float) -> int:
    """Returns the number of processes that gives the one process of a unit its share of the processors as threads."""
    # Python 3.13 knows a limit of a container; before, only the set of processors of this process.
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MAX_JOBS, int(count / max(cpus, 0.1))))


def run(program: str, task: Task, unit: Unit, folder: str) -> Result:
    """Runs ``skant fleet scan`` on the private store, and says how the unit ended."""
    command = [program, "fleet", "scan", "-", "--store", folder, "--json", "--keep-mirrors=0", "--progress=never"]
    command += [f"--jobs={jobs(task.cpus)}", *task.options]
    # The program ends with this process, also if that is killed.
    environment = {**os.environ, "SKANT_FLEET_PARENT": str(os.getpid())}
    ended = subprocess.run(command, input=unit.inventory(), capture_output=True, env=environment)
    lines = ended.stdout.decode(errors="replace").splitlines()
    said = ended.stderr.decode(errors="replace").strip()[-MAX_SAID:]
    if ended.returncode not in (0, 1, 2, 3) or len(lines) != 2:
        raise UnitError(f"{platform.node()}: skant ended with exit code {ended.returncode}: {said or 'no message'}")
    row, summary = parsed(lines[0]), parsed(lines[1]).get("summary", {})
    outcomes = [name for name in ("skipped", "read", "failed") if summary.get(name) == 1]
    if row.get("unit") != unit.name or len(outcomes) != 1:
        raise UnitError(f"{platform.node()}: skant printed something else than a row and its sums")
    return Result(outcomes[0], lines[0])


def put(store: LocalStore | ObjectStore, unit: str, folder: str, before: Before) -> None:
    """Puts the state and the report, then the row. What they replace is removed at the end."""
    put_state(store, unit, folder, before)
    with open(os.path.join(folder, row_name(unit)), "rb") as file:
        raw = file.read()
    row = parsed(raw)
    report = report_of(unit, row)
    # A failed unit keeps the report of an earlier run, which is in the store.
    if report and row.get("state") != "failed":
        with open(os.path.join(folder, report), "rb") as file:
            store.put(report, file)
    store.put(row_name(unit), io.BytesIO(raw))
    if before.report and before.report != report:
        store.remove(before.report)


def put_state(store: LocalStore | ObjectStore, unit: str, folder: str, before: Before) -> None:
    """Puts what has changed in the state of a unit. It is about objects, so it holds whatever becomes of this try."""
    after = state_files(unit, folder)
    for name, content in after.items():
        if before.states.get(name) != content:
            with open(os.path.join(folder, name), "rb") as file:
                store.put(name, file)
    for name in [name for name in before.states if name not in after]:
        store.remove(name)


def parsed(raw: bytes | str) -> dict[str, Any]:
    """Returns an object of JSON; an empty one for anything else."""
    try:
        value = json.loads(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
