"""The store: a folder that all nodes see, or a place in object storage. docs/fleet.md describes its files.

A file appears as a whole: in a folder it is written elsewhere and renamed, and in object storage a put is atomic. A
report is put before the row that names it.
"""

from __future__ import annotations

import fcntl
import io
import itertools
import os
import re
import shutil
import time
from collections.abc import Iterator
from typing import Any, BinaryIO, Optional
from urllib.parse import urlsplit

from skant_ray.errors import RunError

MARK = "store.json"
MARK_TEXT = b'{"tool":"skant","store":1}\n'
INVENTORY = "inventory.jsonl"
FOLDERS = ("coverage", "reports", "states", "mirrors", "work")
#: The largest row that is read.
MAX_ROW = 1 << 20
#: Object storage that `pyarrow.fs` knows, in which a put replaces a whole object.
SCHEMES = ("s3", "gs", "gcs", "abfs", "abfss")
BLOCK = 1 << 20

_UNIT = re.compile(r"[0-9a-f]{32}")


def row_name(unit: str) -> str:
    return f"coverage/{unit}.json"


def report_of(unit: str, row: dict[str, Any]) -> Optional[str]:
    """Returns the report that a row names; ``None`` for a path that is no report of its unit: a row may come from
    elsewhere."""
    report = row.get("report")
    name = report.get("file") if isinstance(report, dict) else None
    return name if isinstance(name, str) and re.fullmatch(rf"reports/{unit}/[0-9a-f]+\.json", name) else None


class LocalStore:
    """A folder. ``run`` is the folder of the run for temporary files, below ``work``."""

    def __init__(self, root: str, run: Optional[str]) -> None:
        self.root, self.run = root, run
        self._lock: Optional[BinaryIO] = None
        self._count = itertools.count()

    @property
    def shown(self) -> str:
        return self.root

    def _path(self, name: str) -> str:
        return os.path.join(self.root, name)

    def is_empty(self) -> bool:
        """Whether the store can be made here: there is nothing but what belongs to one."""
        if not os.path.isdir(self.root):
            return not os.path.lexists(self.root)
        own = (*FOLDERS, MARK)
        return all(name in own or name.startswith(f".{MARK}.") for name in os.listdir(self.root))

    def make(self) -> None:
        """Makes the folders, and a folder for this run with a lock that ends with it."""
        os.makedirs(os.path.dirname(self.root), exist_ok=True)
        for name in ("", *FOLDERS):
            make_private(self._path(name))
        work = self._path("work")
        remove_leftovers(work)
        self.run, self._lock = make_locked(work)

    def close(self) -> None:
        """Removes the folder of this run."""
        if self._lock and self.run:
            shutil.rmtree(os.path.join(self.root, "work", self.run), ignore_errors=True)
            self._lock.close()

    def check_node(self, node: str) -> None:
        """Checks that this node sees the store of the driver, and not a folder of its own with the same name."""
        if self.run is None or not os.path.isdir(os.path.join(self.root, "work", self.run)):
            raise RunError(
                f"the node {node} does not see the store {self.root}",
                "name a folder on a file system that all nodes share, or object storage such as s3://bucket/folder",
            )

    def read(self, name: str) -> Optional[bytes]:
        """Returns a small file; ``None`` if it is not there, or is no small file."""
        try:
            with open(self._path(name), "rb") as file:
                content = file.read(MAX_ROW + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return content if len(content) <= MAX_ROW else None

    def kind(self, name: str) -> Optional[str]:
        path = self._path(name)
        if os.path.islink(path):
            return None
        return "file" if os.path.isfile(path) else "folder" if os.path.isdir(path) else None

    def files(self, folder: str) -> Iterator[str]:
        """Yields the names of all files below a folder."""
        for parent, _, names in os.walk(self._path(folder)):
            for name in names:
                yield os.path.relpath(os.path.join(parent, name), self.root)

    def fetch(self, name: str, path: str) -> bool:
        """Copies a file to a new private one; false if it is not there."""
        try:
            with open(self._path(name), "rb") as source:
                write_private(path, source)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def put(self, name: str, source: BinaryIO) -> None:
        unique = f"{os.uname().nodename}-{os.getpid()}-{next(self._count)}"
        temporary = os.path.join(self.root, "work", self.run or "", f"{unique}-{os.path.basename(name)}")
        write_private(temporary, source)
        *folders, _ = name.split("/")
        for depth in range(len(folders)):
            make_private(self._path("/".join(folders[: depth + 1])))
        os.replace(temporary, self._path(name))

    def remove(self, name: str) -> None:
        try:
            os.remove(self._path(name))
        except FileNotFoundError:
            # Another run may have removed it.
            pass


class ObjectStore:
    """A place in object storage, by ``pyarrow.fs``."""

    run = None

    def __init__(self, uri: str) -> None:
        from pyarrow import fs

        self._fs = fs
        self._files, self._base = fs.FileSystem.from_uri(uri)
        self._base = self._base.strip("/")
        self.shown = uri.split("?")[0]

    def _path(self, name: str) -> str:
        return f"{self._base}/{name}"

    def is_empty(self) -> bool:
        selector = self._fs.FileSelector(self._base, allow_not_found=True)
        return all(info.base_name in (*FOLDERS, MARK) for info in self._files.get_file_info(selector))

    def make(self) -> None:
        """Objects need no folders."""

    def close(self) -> None:
        """There are no temporary objects."""

    def check_node(self, node: str) -> None:
        """An address means the same on all nodes; a wrong endpoint has no store."""
        if self.read(MARK) != MARK_TEXT:
            raise RunError(
                f"the node {node} does not see the store {self.shown}",
                "give all nodes the same endpoint and region, in the address of the store or in their environment",
            )

    def read(self, name: str) -> Optional[bytes]:
        try:
            with self._files.open_input_stream(self._path(name)) as stream:
                content: bytes = stream.read(MAX_ROW + 1)
        except FileNotFoundError:
            return None
        return content if len(content) <= MAX_ROW else None

    def kind(self, name: str) -> Optional[str]:
        [info] = self._files.get_file_info([self._path(name)])
        return {self._fs.FileType.File: "file", self._fs.FileType.Directory: "folder"}.get(info.type)

    def files(self, folder: str) -> Iterator[str]:
        selector = self._fs.FileSelector(self._path(folder), recursive=True, allow_not_found=True)
        for info in self._files.get_file_info(selector):
            if info.type == self._fs.FileType.File:
                yield info.path[len(self._base) + 1 :]

    def fetch(self, name: str, path: str) -> bool:
        try:
            with self._files.open_input_stream(self._path(name)) as stream:
                write_private(path, stream)
        except FileNotFoundError:
            return False
        return True

    def put(self, name: str, source: BinaryIO) -> None:
        # A stream that is closed early leaves a part: its row is not written then, and the next try replaces it.
        with self._files.open_output_stream(self._path(name)) as stream:
            shutil.copyfileobj(source, stream, BLOCK)

    def remove(self, name: str) -> None:
        try:
            self._files.delete_file(self._path(name))
        except FileNotFoundError:
            pass


def open_store(address: str, run: Optional[str] = None) -> LocalStore | ObjectStore:
    """Returns the store at a path or an address of object storage. Nothing is read."""
    scheme = address.split("://", 1)[0].lower() if "://" in address else ""
    if not scheme:
        return LocalStore(os.path.abspath(address), run)
    if scheme == "file":
        return LocalStore(os.path.abspath(urlsplit(address).path), run)
    if scheme not in SCHEMES:
        raise RunError(
            f"{scheme}:// is no place for a store",
            "name a folder, or object storage: " + ", ".join(f"{known}://" for known in SCHEMES),
        )
    try:
        has_credentials = bool(urlsplit(address).username or urlsplit(address).password)
    except ValueError:
        has_credentials = True
    # Ray keeps the arguments of tasks. An account of Azure stands before an @ and is no credential.
    if has_credentials and not (scheme.startswith("abfs") and urlsplit(address).password is None):
        raise RunError(
            "the address of the store has credentials in it",
            "set them in the environment of each node, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        )
    try:
        return ObjectStore(address)
    except (ValueError, OSError) as error:
        raise RunError(f"cannot use the store: {error}", "write it as s3://bucket/folder") from None


def prepare(store: LocalStore | ObjectStore) -> None:
    """Opens a store, or makes one where nothing else is."""
    mark = store.read(MARK)
    if mark is not None and mark != MARK_TEXT:
        raise RunError(
            f"{store.shown} is a store of another version of skant",
            "use the version of skant that made it, or a new folder",
        )
    if mark is None and not store.is_empty():
        raise RunError(f"{store.shown} is not empty and no store", "name a new or an empty folder, or a store")
    store.make()
    if mark is None:
        store.put(MARK, io.BytesIO(MARK_TEXT))


def is_unit(name: str) -> bool:
    return _UNIT.fullmatch(name) is not None


def make_private(path: str) -> None:
    """Makes a folder that only its owner may read, if it is not there."""
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        pass


def write_private(path: str, source: Any) -> None:
    """Writes a new file that only its owner may read."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(source, file, BLOCK)
        file.flush()
        os.fsync(file.fileno())


def make_locked(parent: str) -> tuple[str, BinaryIO]:
    """Makes a folder with a lock that the system takes back from a killed process, as skant does in ``work``."""
    name = f"{os.uname().nodename}-{os.getpid()}-{time.time_ns():x}"
    # Others must not see the folder before it is locked.
    unlocked = os.path.join(parent, f"new-{name}")
    os.mkdir(unlocked, 0o700)
    lock = open(os.path.join(unlocked, "lock"), "wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.rename(unlocked, os.path.join(parent, name))
    return name, lock


def remove_leftovers(parent: str) -> None:
    """Removes the folders of processes that have ended. Those whose lock cannot be tried stay."""
    for name in os.listdir(parent):
        path = os.path.join(parent, name)
        if is_left(path, is_new=name.startswith("new-")):
            remove_locked(path)


def remove_locked(path: str) -> None:
    """Removes a folder, and its lock last: what is left after a kill has a lock that nobody holds. Another process may
    remove it at the same time."""
    shutil.rmtree(os.path.join(path, "store"), ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)


def is_left(path: str, is_new: bool) -> bool:
    """Whether the process of a folder has ended."""
    try:
        # A file system of a network locks only what is open for writing.
        lock = None if is_new else open(os.path.join(path, "lock"), "r+b")
    except OSError:
        lock = None
    if lock is None:
        # It is about to be locked, or to be removed by another process.
        try:
            return time.time() - os.stat(path).st_mtime > 60
        except OSError:
            return False
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True
