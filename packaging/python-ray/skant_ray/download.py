"""Copies a store to a folder, where ``skant fleet status``, ``skant report`` and ``skant diff`` read it."""

from __future__ import annotations

import hashlib
import io
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Optional

from skant_ray.errors import RunError
from skant_ray.store import (
    BLOCK,
    INVENTORY,
    MARK,
    MARK_TEXT,
    LocalStore,
    ObjectStore,
    is_unit,
    prepare,
    report_of,
    row_name,
)
from skant_ray.unit import parsed

#: Requests at a time: most of their time they wait.
THREADS = 16


def download(store: LocalStore | ObjectStore, folder: str) -> None:
    """Copies inventory, rows and reports. A report that is there is not fetched again: its name is its key."""
    try:
        if store.read(MARK) != MARK_TEXT:
            raise RunError(f"{store.shown} is no store", "`skant-fleet-ray INVENTORY --store …` makes one")
        copy = LocalStore(os.path.abspath(folder), None)
        prepare(copy)
        with closing(copy), ThreadPoolExecutor(THREADS) as threads:
            names = (name.rsplit("/", 1)[-1].removesuffix(".json") for name in store.files("coverage"))
            for _ in threads.map(lambda unit: _unit(store, copy, unit), filter(is_unit, names)):
                pass
            _copy(store, copy, INVENTORY)
    except OSError as error:
        raise RunError(f"cannot copy {store.shown} to {folder}: {error}", "the same command goes on") from None


def _unit(store: LocalStore | ObjectStore, copy: LocalStore, unit: str) -> None:
    raw = store.read(row_name(unit))
    if raw is None:
        return
    row = parsed(raw)
    name = report_of(unit, row)
    # An incomplete report may differ under the same key.
    if name is not None and sha256_of(os.path.join(copy.root, name)) != row["report"].get("sha256"):
        _copy(store, copy, name)
    copy.put(row_name(unit), io.BytesIO(raw))


def sha256_of(path: str) -> Optional[str]:
    """Returns the SHA-256 of a file in hexadecimal digits; ``None`` if it is not there."""
    made = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while block := file.read(BLOCK):
                made.update(block)
    except FileNotFoundError:
        return None
    return made.hexdigest()


def _copy(store: LocalStore | ObjectStore, copy: LocalStore, name: str) -> None:
    temporary = os.path.join(copy.root, "work", copy.run or "", name.replace("/", "-"))
    if store.fetch(name, temporary):
        with open(temporary, "rb") as file:
            copy.put(name, file)
        os.remove(temporary)
