"""What ``skant-fleet-ray`` prints: what ``skant fleet scan`` prints, and where there is no terminal, a line now and
then."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any, Optional, TextIO

#: Seconds between two lines of progress in a log.
LOG_INTERVAL = 60.0
ERASE = "\r\x1b[K"


@dataclass
class Totals:
    """The sums of a run, as ``skant fleet scan --json`` prints them."""

    repositories: int = 0
    read: int = 0
    skipped: int = 0
    incomplete: int = 0
    failed: int = 0
    with_findings: int = 0
    with_problems: int = 0
    interrupted: bool = False

    def add(self, outcome: str, row: dict[str, Any]) -> None:
        self.repositories += 1
        setattr(self, outcome, getattr(self, outcome) + 1)
        self.incomplete += row["state"] == "incomplete"
        self.with_findings += row["exit"] in (1, 3)
        self.with_problems += row["exit"] in (2, 3)

    def exit_code(self) -> int:
        if self.interrupted:
            return 130
        return (1 if self.with_findings else 0) + (2 if self.with_problems else 0)

    def summary(self) -> str:
        """Returns the sums in words."""
        parts = [f"{self.read:,} read"]
        for number, word in ((self.skipped, "unchanged"), (self.incomplete, "incomplete"), (self.failed, "failed")):
            if number:
                parts.append(f"{number:,} {word}")
        if self.interrupted:
            whole = "interrupted; the same command goes on"
        elif self.incomplete + self.failed == 0:
            whole = "everything was read"
        else:
            whole = "not everything was read"
        found = f"secrets in {self.with_findings:,}" if self.with_findings else "no secrets found"
        return f"{repositories(self.repositories)}: {', '.join(parts)}; {found}; {whole}"


def repositories(number: int) -> str:
    return f"{number:,} {'repository' if number == 1 else 'repositories'}"


class Printer:
    """Prints rows and progress."""

    def __init__(self, is_json: bool, is_verbose: bool, is_quiet: bool, progress: str, count: int) -> None:
        self._is_json, self._is_verbose, self._is_quiet = is_json, is_verbose, is_quiet
        is_wanted = not is_quiet and progress != "never"
        self._has_line = is_wanted and (progress == "always" or _is_terminal(sys.stderr))
        self._has_log = is_wanted and not self._has_line
        self._count, self._ended, self._last = count, 0, time.monotonic()
        # Ray prints messages about nodes on standard output: they go to standard error, and the rows stay by themselves.
        sys.stdout.flush()
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def unit(self, outcome: str, row: dict[str, Any], line: str) -> None:
        """Prints what there is to say about a unit, and the progress."""
        self._ended += 1
        text: Optional[str] = line if self._is_json else self._text(outcome, row)
        if text is not None:
            self.erase()
            self._say(text)
        progress = f"{self._ended:,} of {repositories(self._count)}"
        if self._has_line:
            _write(sys.stderr, f"{ERASE}{progress}")
        elif self._has_log and time.monotonic() - self._last > LOG_INTERVAL:
            self._last = time.monotonic()
            _write(sys.stderr, f"{progress}\n")

    def _text(self, outcome: str, row: dict[str, Any]) -> Optional[str]:
        repository, error = row["repository"], row.get("error")
        if error:
            return f"failed      {repository}: {error['message']}"
        if row["state"] == "incomplete":
            number = row["problems"]
            return f"incomplete  {repository}: {number:,} problem{'' if number == 1 else 's'}"
        if self._is_verbose:
            return f"{'unchanged' if outcome == 'skipped' else 'read':<11} {repository}"
        return None

    def erase(self) -> None:
        if self._has_line:
            _write(sys.stderr, ERASE)

    def sums(self, totals: Totals) -> None:
        self.erase()
        if self._is_json:
            self._say(json.dumps({"summary": asdict(totals)}, separators=(",", ":")))
        elif not self._is_quiet:
            self._say(totals.summary())

    def note(self, text: str) -> None:
        """Prints a line on standard error."""
        self.erase()
        if not self._is_quiet:
            _write(sys.stderr, f"{text}\n")

    def _say(self, text: str) -> None:
        _write(self._out, text + "\n")


def _is_terminal(stream: Optional[TextIO]) -> bool:
    return stream is not None and stream.isatty()


def _write(stream: Optional[TextIO], text: str) -> None:
    """Writes, unless nobody reads any more: the store has the rows, and the exit code the result."""
    if stream is None:
        return
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
