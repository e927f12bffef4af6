"""Finds leaked secrets in bytes and git repositories, Anthropic's ``sk-ant-`` keys first.

>>> import skant
>>> skant.scan_bytes(b"nothing here")
[]

No object of this module holds a secret: a finding has a mask and a fingerprint of the value. The bytes of a finding
without ``via`` are ``data[location.byte_start:location.byte_end]``, which only the caller of ``scan_bytes`` has.

A scan that could not read everything raises ``IncompleteError``, so that an empty list always means "no secret".

The fields are those of ``skant scan --format json``: docs/cli.md describes them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Optional, Union

from skant import _native
from skant._native import Error
from skant._table import scan_table

__all__ = [
    "AtHead",
    "Confidence",
    "Error",
    "Event",
    "Finding",
    "HeldBy",
    "History",
    "Holders",
    "IncompleteError",
    "Location",
    "Names",
    "Position",
    "Problem",
    "Reason",
    "Report",
    "Scope",
    "Secret",
    "Severity",
    "Snippet",
    "Span",
    "Suppressed",
    "Verified",
    "scan_bytes",
    "scan_repository",
    "scan_table",
]
__version__: str = _native.VERSION

Confidence = Literal["low", "medium", "high"]
Severity = Literal["low", "medium", "high", "critical"]


@dataclass(frozen=True)
class Secret:
    """The masked form of a secret, and the length of its value in bytes."""

    masked: str
    length: int


@dataclass(frozen=True)
class Position:
    """A line and a column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Span:
    """One member of a credential pair at a location: the id or the secret."""

    part: str
    name: str
    masked: str
    line: int
    column: int
    end_line: int
    end_column: int
    byte_start: int
    byte_end: int


@dataclass(frozen=True)
class Snippet:
    """The masked line of a value. The mask of the value is ``line[start:end]`` of its UTF-8 bytes."""

    line: str
    start: int
    end: int


@dataclass(frozen=True)
class AtHead:
    """The place of a value in the commit that is checked out, at the same path."""

    line: int
    column: int
    end_line: int
    end_column: int
    byte_start: int
    byte_end: int
    via: tuple[str, ...] = ()
    in_member: Optional[Position] = None
    spans: tuple[Span, ...] = ()
    snippet: Optional[Snippet] = None


@dataclass(frozen=True)
class Location:
    """One occurrence of a value. Lines and columns count from 1, bytes from 0; ends are exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    byte_start: int
    byte_end: int
    blob: Optional[str] = None
    commit: Optional[str] = None
    author: Optional[str] = None
    date: Optional[str] = None
    kind: str = "file"
    via: tuple[str, ...] = ()
    in_member: Optional[Position] = None
    at_head: Optional[AtHead] = None
    spans: tuple[Span, ...] = ()
    snippet: Optional[Snippet] = None


@dataclass(frozen=True)
class Event:
    """A commit and a path in it."""

    commit: str
    author: str
    path: str
    date: Optional[str] = None


@dataclass(frozen=True)
class Names:
    """How many there are, and the first few names."""

    count: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Holders:
    """The refs of one kind that hold a value in their history: how many, the first few, and those whose files have it."""

    count: int
    names: tuple[str, ...]
    in_files: Names


@dataclass(frozen=True)
class HeldBy:
    """The refs that hold a value, by kind."""

    branches: Holders
    tags: Holders
    remotes: Holders
    pull_requests: Holders
    stashes: Holders
    notes: Holders
    reflogs: Holders
    others: Holders


@dataclass(frozen=True)
class History:
    """Who introduced and removed a value, and whether a head or a ref still has it."""

    introduced: Optional[Event]
    removed: Optional[Event]
    at_head: bool
    reachable: bool
    commits: int
    held_by: Optional[HeldBy] = None


@dataclass(frozen=True)
class Reason:
    """Why a finding has its confidence: a code and parameters for programs, a text for people."""

    code: str
    text: str
    params: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True)
class Verified:
    """The answer of a provider to the question whether a secret still works."""

    #: `live`, `dead` or `unknown`.
    answer: str
    reason: str
    #: The host that was asked; None if nothing was sent.
    host: Optional[str] = None
    #: The time of the answer; None if nothing was sent.
    at: Optional[str] = None
    #: What the answer says about the owner, by name.
    owner: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Finding:
    """One secret value, with all its locations."""

    rule: str
    title: str
    severity: Severity
    confidence: Confidence
    fingerprint: str
    secret: Secret
    locations: tuple[Location, ...]
    places: int
    history: Optional[History]
    reasons: tuple[Reason, ...]
    help: tuple[str, ...]
    context: Optional[str] = None
    verdict: Optional[str] = None
    verification: Optional[str] = None
    verified: Optional[Verified] = None
    group: Optional[str] = None
    provider: bool = False


@dataclass(frozen=True)
class Suppressed:
    """A finding at one location that a comment, a setting or the baseline hides."""

    fingerprint: str
    rule: str
    by: str
    reason: str
    path: str
    line: int
    kind: str = "file"


@dataclass(frozen=True)
class Problem:
    """A part that could not be checked, or a note."""

    kind: str
    message: str
    path: Optional[str] = None


@dataclass(frozen=True)
class Scope:
    """How much a scan read."""

    kind: str
    revisions: tuple[str, ...]
    ci: Optional[str]
    commits: int
    objects: int
    blobs: int
    bytes: int
    messages: int = 0


@dataclass(frozen=True)
class Report:
    """The result of a scan. ``complete`` is false if a part was not read, even if the settings accept that."""

    complete: bool
    scope: Scope
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


class IncompleteError(Error):
    """A scan could not read everything. ``report`` has what it found, and the problems; of ``scan_table`` the problems
    only, and ``table`` the rest."""

    table: Any = None

    def __init__(self, report: Report) -> None:
        super().__init__(report)
        self.report = report

    def __str__(self) -> str:
        first = self.report.problems[0]
        where = f"{first.path}: " if first.path else ""
        more = len(self.report.problems) - 1
        return f"not everything was read: {where}{first.message}" + (f" (and {more} more)" if more else "")


def scan_bytes(
    data: Union[bytes, bytearray, memoryview],
    path: Union[str, bytes, os.PathLike[str], os.PathLike[bytes], None] = None,
    *,
    min_confidence: Confidence = "medium",
    allow_incomplete: bool = False,
) -> list[Finding]:
    """Returns the findings in bytes, by the built-in rules: no settings and no baseline apply.

    ``path`` is the name in the findings; the file is not opened. Other threads run meanwhile.

    Raises ``IncompleteError`` if a part could not be read, such as a damaged archive, unless ``allow_incomplete``.
    """
    if not isinstance(data, bytes):
        # `bytes` of a number would be zeros; `memoryview` accepts buffers only.
        data = bytes(memoryview(data))
    name = b"" if path is None else os.fsencode(path)
    raw = _native.scan_bytes(data, name, min_confidence)
    return [] if raw is None else list(_report(raw, allow_incomplete).findings)


def scan_repository(
    path: Union[str, os.PathLike[str]],
    history: Union[bool, str, Sequence[str]] = False,
    *,
    min_confidence: Optional[Confidence] = None,
    allow_incomplete: bool = False,
    jobs: Optional[int] = None,
) -> Report:
    """Scans the repository that contains ``path``, with its own ``skant.toml`` and baseline.

    ``history`` selects the files on disk at and below ``path`` (``False``), every object of the repository (``True``),
    or the commits of a range in git's syntax, such as ``"main..HEAD"`` or ``["HEAD", "^main"]``. A range needs git.
    ``jobs`` is the number of threads, by default that of the processors. Ctrl-C ends the scan.

    Raises ``Error`` if the scan cannot start, and ``IncompleteError`` if a part could not be read, unless
    ``allow_incomplete`` or the settings accept that.
    """
    if isinstance(history, str):
        revisions: Optional[list[str]] = history.split()
    elif isinstance(history, bool):
        revisions = None
    else:
        revisions = [str(name) for name in history]
    if revisions is not None and not revisions:
        raise ValueError("an empty range; `history=True` scans everything")
    if jobs is not None and not 1 <= jobs <= 256:
        raise ValueError("jobs is a number from 1 to 256")
    raw = _native.scan_repository(os.fspath(path), history is True, revisions, min_confidence, jobs)
    return _report(raw, allow_incomplete)


def _report(raw: bytes, allow_incomplete: bool) -> Report:
    document = json.loads(raw)
    report = Report(
        complete=document["complete"],
        scope=_fields(Scope, document["scope"], revisions=tuple(document["scope"]["revisions"])),
        findings=tuple(_finding(finding) for finding in document["findings"]),
        suppressed=tuple(_fields(Suppressed, suppressed) for suppressed in document["suppressed"]),
        problems=tuple(_fields(Problem, problem) for problem in document["problems"]),
        notes=tuple(_fields(Problem, note) for note in document["notes"]),
    )
    if report.problems and not allow_incomplete:
        raise IncompleteError(report)
    return report


def _fields(kind: Any, raw: Mapping[str, Any], **converted: Any) -> Any:
    """Makes a dataclass of the fields that it knows."""
    known = {name: value for name, value in raw.items() if name in kind.__dataclass_fields__}
    return kind(**{**known, **converted})


def _finding(raw: Mapping[str, Any]) -> Finding:
    made: Finding = _fields(
        Finding,
        raw,
        secret=_fields(Secret, raw["secret"]),
        locations=tuple(_location(location) for location in raw["locations"]),
        history=_history(raw["history"]),
        reasons=tuple(_fields(Reason, reason) for reason in raw["reasons"]),
        help=tuple(raw["help"]),
        verified=_fields(Verified, raw["verified"]) if "verified" in raw else None,
    )
    return made


def _location(raw: Mapping[str, Any]) -> Location:
    at_head = raw.get("at_head")
    made: Location = _fields(
        Location,
        raw,
        at_head=at_head and _fields(AtHead, at_head, **_details(at_head)),
        **_details(raw),
    )
    return made


def _details(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Converts what a place has beside its extent."""
    in_member, snippet = raw.get("in_member"), raw.get("snippet")
    return {
        "via": tuple(raw.get("via", ())),
        "in_member": in_member and _fields(Position, in_member),
        "spans": tuple(_fields(Span, span) for span in raw.get("spans", ())),
        "snippet": snippet and _fields(Snippet, snippet),
    }


def _history(raw: Optional[Mapping[str, Any]]) -> Optional[History]:
    if raw is None:
        return None
    held_by = raw.get("held_by")
    made: History = _fields(
        History,
        raw,
        introduced=raw["introduced"] and _fields(Event, raw["introduced"]),
        removed=raw["removed"] and _fields(Event, raw["removed"]),
        held_by=held_by and HeldBy(**{kind: _holders(held_by[kind]) for kind in HeldBy.__dataclass_fields__}),
    )
    return made


def _holders(raw: Mapping[str, Any]) -> Holders:
    in_files = Names(count=raw["in_files"]["count"], names=tuple(raw["in_files"]["names"]))
    return Holders(count=raw["count"], names=tuple(raw["names"]), in_files=in_files)
