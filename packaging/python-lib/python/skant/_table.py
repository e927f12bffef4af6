"""Scans a column of an Arrow table. pyarrow is imported by the first call, so that the rest of the module needs none."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Optional, Union

from skant import _native

if TYPE_CHECKING:
    from skant import Confidence, Finding, Report

#: The most values that are copied out of the table at a time.
SLICE = 1024

#: The most problems of an `IncompleteError`; its table has all.
MAX_PROBLEMS = 100

#: The fields of a finding that bytes never have.
ABSENT = frozenset({"history", "verdict", "verified"})


def scan_table(
    data: Any,
    column: str,
    *,
    keep: Sequence[str] = (),
    path: Union[str, os.PathLike[str], None] = None,
    min_confidence: Confidence = "medium",
    allow_incomplete: bool = False,
) -> Any:
    """Scans each value of a column of a ``pyarrow.Table`` or ``RecordBatch``, and returns a table of findings.

    ``row`` is the number of the row from 0 on, ``keep`` names columns whose values in this row are repeated in the result,
    such as an id. The other columns are the fields of ``Finding``; the bytes of a location are those of the value, for a
    text in UTF-8. A value is scanned by itself as ``scan_bytes`` does; null has no findings. ``path`` is the name of the
    texts in fingerprints of passwords, by default that of the column.

    Raises ``IncompleteError`` at the end if a part of a value could not be read; its ``table`` has the findings, and a row
    with ``problem`` for each such part. With ``allow_incomplete`` this table is returned.

    Needs pyarrow: ``pip install 'skant-lib[table]'``.
    """
    from skant import IncompleteError, _report

    arrow = _pyarrow()
    name = os.fsencode(column if path is None else path)
    # A wrong level is an error also where there is no row.
    _native.scan_bytes(b"", name, min_confidence)
    schema = _schema(arrow)
    kept = [(label, _column(arrow, data, label)) for label in keep]
    for label in keep:
        if label in schema.names:
            raise ValueError(f"the result has a column `{label}` of its own; rename the one of the table first")
    rows: list[dict[str, Any]] = []
    unread: Optional[Report] = None
    for number, value in enumerate(_values(arrow, _column(arrow, data, column), column)):
        raw = _native.scan_bytes(value, name, min_confidence) if value else None
        if raw is None:
            continue
        report = _report(raw, allow_incomplete=True)
        rows.extend(_row(number, finding) for finding in report.findings)
        problems = tuple(replace(problem, path=f"row {number}") for problem in report.problems)
        rows.extend({"row": number, "problem": f"{problem.kind}: {problem.message}"} for problem in problems)
        if problems:
            earlier = unread.problems if unread else ()
            unread = replace(report, findings=(), problems=(*earlier, *problems)[:MAX_PROBLEMS])
    found = arrow.Table.from_pylist(rows, schema=schema)
    for label, values in kept:
        found = found.append_column(label, values.take(found.column("row")))
    if unread is not None and not allow_incomplete:
        error = IncompleteError(unread)
        error.table = found
        raise error
    return found


def _pyarrow() -> Any:
    try:
        return importlib.import_module("pyarrow")
    except ImportError:
        raise ImportError("scan_table needs pyarrow; `pip install 'skant-lib[table]'` installs it") from None


def _column(arrow: Any, data: Any, name: str) -> Any:
    if not isinstance(data, (arrow.Table, arrow.RecordBatch)):
        help = "pyarrow.Table.from_pandas and DataFrame.to_arrow make one"
        raise TypeError(f"a pyarrow.Table or RecordBatch is needed, not {type(data).__name__}; {help}")
    count = data.schema.names.count(name)
    if count == 1:
        return data.column(name)
    names = ", ".join(f"`{known}`" for known in data.schema.names[:20]) or "none"
    what = "no column" if count == 0 else f"{count} columns"
    raise ValueError(f"the table has {what} `{name}`; its columns are {names}")


def _values(arrow: Any, column: Any, name: str) -> Iterator[Optional[bytes]]:
    """Yields the bytes of each value. Raises ``TypeError`` for a column of another type."""
    types = arrow.types
    kind = _stored(arrow, column.type)
    kind = _stored(arrow, kind.value_type) if types.is_dictionary(kind) else kind
    names = ("binary", "large_binary", "fixed_size_binary", "binary_view", "null")
    is_bytes = any(_is(types, kind, known) for known in names)
    is_text = any(_is(types, kind, known) for known in ("string", "large_string", "string_view"))
    if not is_bytes and not is_text:
        raise TypeError(
            f"the column `{name}` has the type {column.type}; scan_table reads text and bytes: cast it to "
            "pyarrow.string(), or take a field of it"
        )
    chunks = column.chunks if isinstance(column, arrow.ChunkedArray) else [column]
    for chunk in chunks:
        for start in range(0, len(chunk), SLICE):
            part = chunk.slice(start, SLICE)
            while isinstance(part.type, arrow.BaseExtensionType) or types.is_dictionary(part.type):
                part = part.dictionary_decode() if types.is_dictionary(part.type) else part.storage
            # As bytes, since a text from elsewhere may be no UTF-8.
            yield from (part.cast(arrow.large_binary()) if is_text else part).to_pylist()


def _stored(arrow: Any, kind: Any) -> Any:
    return kind.storage_type if isinstance(kind, arrow.BaseExtensionType) else kind


def _is(types: Any, kind: Any, name: str) -> bool:
    # Views are newer than the oldest pyarrow that works.
    known = getattr(types, f"is_{name}", None)
    return known is not None and bool(known(kind))


def _schema(arrow: Any) -> Any:
    """Returns the schema of a result: fields of ``Finding``, between the row and the problem."""
    text, number = arrow.string(), arrow.int64()
    numbers = ("line", "column", "end_line", "end_column", "byte_start", "byte_end")
    location = arrow.struct([(name, number) for name in numbers] + [("via", arrow.list_(text))])
    reason = arrow.struct([("code", text), ("text", text)])
    return arrow.schema(
        [
            ("row", number),
            *((name, text) for name in ("rule", "title", "severity", "confidence", "fingerprint")),
            ("secret", arrow.struct([("masked", text), ("length", number)])),
            ("locations", arrow.list_(location)),
            ("places", number),
            ("reasons", arrow.list_(reason)),
            ("help", arrow.list_(text)),
            *((name, text) for name in ("context", "verification", "group")),
            ("provider", arrow.bool_()),
            ("problem", text),
        ]
    )


def _row(number: int, finding: Finding) -> dict[str, Any]:
    # Fields that the schema does not have are left out.
    return {"row": number, **{name: value for name, value in asdict(finding).items() if name not in ABSENT}}
