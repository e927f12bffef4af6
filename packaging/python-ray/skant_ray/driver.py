"""The driver: a task of Ray for each unit, a bounded number of them at a time.

It holds the units in flight only, so its memory does not grow with the inventory. What Ray starts again (a task that died
with its node or its worker) is not counted here; a task that raises an error is tried three times.
"""

from __future__ import annotations

import heapq
import io
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable, Optional

import ray

from skant_ray import __version__
from skant_ray.errors import RunError, UnitError
from skant_ray.inventory import Unit
from skant_ray.progress import Printer, Totals
from skant_ray.store import LocalStore, ObjectStore, row_name
from skant_ray.unit import INSTALL, Result, Task, checked_program, parsed, scan_unit

#: The most tries of a unit whose task raises an error, and the seconds before the second and the third.
TRIES = 3
PAUSES = (1.0, 4.0)
#: How often Ray starts a task again that died with its node or its worker.
RETRIES_OF_RAY = 3
#: The fewest tasks in flight by default: a cluster that grows by demand has to see some.
MIN_IN_FLIGHT = 64
#: The longest message of a row, as skant has it.
MAX_MESSAGE = 500


@dataclass
class Pending:
    """A unit in flight."""

    unit: Unit
    tries: int
    start: float


class Driver:
    """One run."""

    def __init__(
        self,
        store: LocalStore | ObjectStore,
        task: Task,
        printer: Printer,
        in_flight: Optional[int],
        options: dict[str, Any],
    ) -> None:
        self._store, self._task, self._printer, self._most = store, task, printer, in_flight
        # The units spread over the nodes, since each needs the disk and the network of its own.
        remote = ray.remote(scan_unit).options(
            num_cpus=task.cpus, max_retries=RETRIES_OF_RAY, scheduling_strategy="SPREAD", **options
        )
        self._task_ref = ray.put(task)
        self._submit: Callable[[Unit], Any] = lambda unit: remote.remote(self._task_ref, unit)
        self._pending: dict[Any, Pending] = {}
        #: Units that wait for a further try: the time, a number that orders equal times, the unit.
        self._waiting: list[tuple[float, int, Pending]] = []
        self._number = 0
        self.totals = Totals()

    def run(self, units: Iterator[Unit]) -> None:
        """Runs all units. Raises ``RunError`` if the run cannot go on."""
        more = True
        while more or self._pending or self._waiting:
            limit = self._limit()
            self._resubmit(limit)
            while more and len(self._pending) < limit:
                unit = next(units, None)
                if unit is None:
                    more = False
                    break
                self._start(Pending(unit, 1, time.monotonic()))
            self._collect()

    def cancel(self) -> None:
        """Ends the tasks of an interrupted run."""
        self.totals.interrupted = True
        for reference in self._pending:
            ray.cancel(reference)
        if self._pending:
            # They remove their private stores. What is left, the next run on the node removes.
            ray.wait(list(self._pending), num_returns=len(self._pending), timeout=5)

    def _limit(self) -> int:
        if self._most is not None:
            return self._most
        # A cluster may grow and shrink.
        resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        return max(MIN_IN_FLIGHT, int(2 * resources.get("CPU", 1) / self._task.cpus))

    def _start(self, pending: Pending) -> None:
        self._pending[self._submit(pending.unit)] = pending

    def _resubmit(self, limit: int) -> None:
        while self._waiting and len(self._pending) < limit and self._waiting[0][0] <= time.monotonic():
            self._start(heapq.heappop(self._waiting)[2])

    def _collect(self) -> None:
        """Takes the tasks that have ended."""
        if not self._pending:
            time.sleep(0.1)
            return
        references = list(self._pending)
        ready, _ = ray.wait(references, num_returns=1, timeout=1)
        if ready:
            ready, _ = ray.wait(references, num_returns=len(references), timeout=0)
        for reference in ready:
            pending = self._pending.pop(reference)
            try:
                result: Result = ray.get(reference)
            except ray.exceptions.RayError as error:
                self._failed(pending, error)
            else:
                self._ended(result.outcome, result.row)

    def _failed(self, pending: Pending, error: Exception) -> None:
        cause = getattr(error, "cause", None)
        if isinstance(cause, RunError):
            raise cause
        if isinstance(cause, ImportError) or "No module named 'skant_ray'" in str(error):
            raise RunError("a node has no package skant-ray", INSTALL)
        is_task_error = isinstance(error, ray.exceptions.RayTaskError)
        if is_task_error and pending.tries < TRIES:
            self._number += 1
            when = time.monotonic() + PAUSES[pending.tries - 1]
            retry = Pending(pending.unit, pending.tries + 1, pending.start)
            heapq.heappush(self._waiting, (when, self._number, retry))
            return
        if isinstance(cause, UnitError):
            code, message = "process", str(cause)
        elif is_task_error:
            code, message = "process", f"the task failed: {type(cause).__name__}: {cause}"
        else:
            # Ray has started it again as often as it may.
            code, message = "crashed", f"its task ended {RETRIES_OF_RAY + 1} times: {type(error).__name__}"
        row = self._failed_row(pending, code, masked(message))
        try:
            self._store.put(row_name(pending.unit.name), io.BytesIO((row + "\n").encode()))
        except OSError as problem:
            raise RunError(f"cannot use the store {self._store.shown}: {problem}", STORE_HELP) from None
        self._ended("failed", row)

    def _ended(self, outcome: str, line: str) -> None:
        row = parsed(line)
        self.totals.add(outcome, row)
        self._printer.unit(outcome, row, line)

    def _failed_row(self, pending: Pending, code: str, message: str) -> str:
        """Returns the row of a unit that no task could read, as skant writes it. It keeps the report of an earlier
        run."""
        raw = self._store.read(row_name(pending.unit.name))
        earlier = parsed(raw) if raw else {}
        names = ("findings", "suppressed", "problems", "commits", "objects", "bytes")
        counts = {name: earlier.get(name, 0) if earlier.get("report") else 0 for name in names}
        row = {
            "coverage": 1,
            "repository": pending.unit.repository,
            "unit": pending.unit.name,
            "state": "failed",
            **dict.fromkeys(("key", "tips", "local")),
            "rules": earlier.get("rules", ""),
            **dict.fromkeys(("settings", "until")),
            "report": earlier.get("report"),
            "exit": 2,
            **counts,
            "read_before": 0,
            "tries": pending.tries,
            "error": {"code": code, "message": message},
            "at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "milliseconds": int((time.monotonic() - pending.start) * 1000),
            "version": __version__,
        }
        return json.dumps(row, separators=(",", ":"), ensure_ascii=False)


STORE_HELP = "check the permissions, the free space and the credentials"


def masked(text: str) -> str:
    """Returns a text of another program as it may be stored: one line, without secrets, and cut."""
    line = " ".join(text.split())
    try:
        ended = subprocess.run([checked_program(), "redact"], input=line.encode(), capture_output=True)
    except (OSError, RunError):
        return "the task failed"
    if ended.returncode != 0:
        return "the task failed"
    shown = ended.stdout.decode(errors="replace").strip()
    return "".join(sign if sign.isprintable() else "?" for sign in shown)[:MAX_MESSAGE]
