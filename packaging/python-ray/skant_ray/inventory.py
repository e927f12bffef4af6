"""Inventories: read line by line, and checked as ``skant fleet scan`` does before anything is run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from skant_ray.errors import RunError

VERSION = 1
MAX_LINE = 64 << 10
PLAN = "`skant fleet plan --from FILE` makes an inventory of the paths and URLs of a list or of another inventory"


@dataclass(frozen=True)
class Unit:
    """One repository of an inventory."""

    name: str
    repository: str
    #: The line of the inventory.
    line: bytes

    def inventory(self) -> bytes:
        """Returns an inventory of this unit only."""
        return b'{"inventory":1,"repositories":1,"sources":[]}\n' + self.line + b"\n"


def unit_name(repository: str) -> str:
    """Returns the name of the files of a unit."""
    return hashlib.sha256(b"skant unit 1\0" + repository.encode()).hexdigest()[:32]


def check(file: BinaryIO) -> int:
    """Reads a whole inventory and returns the number of its units. Raises ``RunError`` if it is not whole."""
    expected = header(file)
    found = sum(1 for _ in units(file))
    if found != expected:
        raise RunError(
            f"of its repositories the inventory lists {found}, and its first line says {expected}",
            "it was cut or edited; `skant fleet plan --from FILE` counts what is left",
        )
    return expected


def header(file: BinaryIO) -> int:
    """Reads the first line, and returns the number of units that it counts."""
    first = _json(file.readline(MAX_LINE))
    if not _is_number(first, "inventory") or not _is_number(first, "repositories"):
        raise RunError("the inventory does not begin with the line that counts it", PLAN)
    if first["inventory"] != VERSION:
        raise RunError(
            f"the inventory has version {first['inventory']}, and this version of skant reads version {VERSION}",
            "read it with the version of skant that wrote it",
        )
    count: int = first["repositories"]
    return count


def units(file: BinaryIO) -> Iterator[Unit]:
    """Yields the units after the first line."""
    last, number = b"", 1
    while raw := file.readline(MAX_LINE):
        number += 1
        if len(raw) == MAX_LINE and not raw.endswith(b"\n"):
            raise _wrong(number, "is too long")
        line = _json(raw)
        repository, name = line.get("repository"), line.get("unit")
        if not isinstance(repository, str) or not isinstance(name, str):
            raise _wrong(number, "is no JSON object with `repository` and `unit`")
        address = repository.encode(errors="replace")
        if address <= last:
            raise _wrong(number, "is not after the one before it in the order of the addresses")
        if name != unit_name(repository):
            raise _wrong(number, "has a `unit` that is not the one of its address")
        last = address
        yield Unit(name, repository, raw.rstrip(b"\n"))


def _json(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _is_number(line: dict[str, Any], name: str) -> bool:
    return type(line.get(name)) is int and line[name] >= 0


def _wrong(number: int, what: str) -> RunError:
    return RunError(f"line {number} of the inventory {what}", PLAN)
