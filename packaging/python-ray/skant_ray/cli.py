"""The command ``skant-fleet-ray``."""

from __future__ import annotations

import argparse
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from typing import Any, BinaryIO, Optional

from skant_ray import __version__, inventory
from skant_ray.download import download
from skant_ray.errors import RunError
from skant_ray.progress import Printer
from skant_ray.store import INVENTORY, LocalStore, ObjectStore, open_store, prepare
from skant_ray.unit import Task, checked_program

EPILOG = """\
The store is a folder that all nodes see, or object storage: s3://, gs://, abfs://. Credentials, and tokens of forges
(GITHUB_TOKEN and so on), are those in the environment of each node; nothing sends them there.

exit codes: 0 everything was read, no secrets; 1 secrets; 2 not everything was read, or an error; 3 both; 130 interrupted

examples:
  skant-fleet-ray inventory.jsonl --store s3://audits/may --address auto
  skant-fleet-ray --store s3://audits/may --download audit && skant fleet status audit
"""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return run(options)
    except RunError as error:
        print(f"skant-fleet-ray: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="skant-fleet-ray",
        description="Scan the history of each repository of an inventory as a task of Ray, and keep a report of each.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = made.add_argument
    add("inventory", nargs="?", metavar="INVENTORY", help="an inventory of `skant fleet plan`, or - for standard input")
    add("--store", required=True, metavar="FOLDER|URI", help="where reports and coverage are; what is done is skipped")
    add("--download", metavar="FOLDER", help="copy the store to a folder at the end, for `skant report` and so on")
    add("--address", help="the cluster: auto, HOST:PORT, or local for a new one; without it, that of RAY_ADDRESS, the "
        "cluster of this machine, or a new one on it")
    add("--in-flight", type=_positive, metavar="N", help="the most tasks that wait or run; 64 or twice what fits")
    add("--cpus", type=_cpus, default=1.0, metavar="N", help="processors of each task (1)")
    add("--memory", type=_size, metavar="SIZE", help="memory of each task that Ray keeps free, such as 2G")
    scan = made.add_argument_group("options of skant fleet scan")
    add = scan.add_argument
    add("--config", metavar="FILE", help="settings; every node needs the file at this path")
    add("--exclude", action="append", default=[], metavar="GLOB")
    for name in ("--no-repo-config", "--no-suppressions", "--allow-incomplete"):
        add(name, action="store_true")
    for name in ("--min-confidence", "--max-size", "--clone-timeout"):
        add(name)
    output = made.add_argument_group("output")
    add = output.add_argument
    add("--json", action="store_true", help="the coverage row of each unit when it ends, then the sums")
    add("--fail-on", choices=("never",), help="never: end with 0 and not 1 for secrets, for engines that start failed jobs "
        "again")
    add("--progress", choices=("auto", "always", "never"), default="auto")
    add("-q", "--quiet", action="store_true")
    add("-v", "--verbose", action="store_true")
    add("--version", action="version", version=f"skant-fleet-ray {__version__}")
    return made


def scan_options(options: argparse.Namespace) -> tuple[str, ...]:
    """Returns the options for each ``skant fleet scan``."""
    made = [f"--config={os.path.abspath(options.config)}"] if options.config else []
    made += [f"--exclude={glob}" for glob in options.exclude]
    for name in ("no_repo_config", "no_suppressions", "allow_incomplete"):
        made += [f"--{name.replace('_', '-')}"] if getattr(options, name) else []
    for name in ("min_confidence", "max_size", "clone_timeout"):
        value = getattr(options, name)
        made += [f"--{name.replace('_', '-')}={value}"] if value is not None else []
    return tuple(made)


def run(options: argparse.Namespace) -> int:
    if options.inventory is None and options.download is None:
        raise RunError("there is no inventory", "`skant fleet plan` writes one; `skant-fleet-ray --help` says more")
    store = open_store(options.store)
    code = 0
    if options.inventory is not None:
        try_options(scan_options(options))
        with tempfile.TemporaryFile() as copy:
            read_inventory(options.inventory, copy)
            count = inventory.check(copy)
            copy.seek(0)
            try:
                prepare(store)
                with closing(store):
                    store.put(INVENTORY, copy)
                    code = scan(options, store, copy, count)
            except OSError as error:
                raise RunError(f"cannot use the store {store.shown}: {error}", STORE_HELP) from None
    if options.download is not None and code != 130:
        download(store, options.download)
    return code


STORE_HELP = "check the permissions, the free space and the credentials"


def read_inventory(name: str, copy: BinaryIO) -> None:
    """Copies an inventory, which may be a pipe, to a file."""
    try:
        if name == "-":
            shutil.copyfileobj(sys.stdin.buffer, copy)
        else:
            with open(name, "rb") as file:
                shutil.copyfileobj(file, copy)
    except OSError as error:
        raise RunError(f"cannot read the inventory: {error}", "check the name and the permissions") from None
    copy.seek(0)


def try_options(options: tuple[str, ...]) -> None:
    """Tries the options on an empty inventory: a mistake in them would fail each unit by itself."""
    with tempfile.TemporaryDirectory() as folder:
        command = [checked_program(), "fleet", "scan", "-", "--store", os.path.join(folder, "store"), *options]
        empty = b'{"inventory":1,"repositories":0,"sources":[]}\n'
        ended = subprocess.run([*command, "--progress=never"], input=empty, capture_output=True)
    if ended.returncode != 0:
        message = ended.stderr.decode(errors="replace").strip()
        raise RunError(message.removeprefix("skant: error: "), "`skant fleet scan --help` describes the options")


def scan(options: argparse.Namespace, store: LocalStore | ObjectStore, copy: BinaryIO, count: int) -> int:
    """Runs the units on the cluster and returns the exit code."""
    # Ray takes a second to load.
    from skant_ray import cluster
    from skant_ray.driver import Driver

    printer = Printer(options.json, options.verbose, options.quiet, options.progress, count)
    cluster.connect(options.address)
    # Ray has a handler of its own, which ends the process at once.
    signal.signal(signal.SIGTERM, _interrupt)
    # A relative path means another folder on a node.
    address = store.root if isinstance(store, LocalStore) else options.store
    task = Task(address, store.run, scan_options(options), options.cpus)
    resources = {} if options.memory is None else {"memory": options.memory}
    driver = Driver(store, task, printer, options.in_flight, resources)
    copy.seek(0)
    inventory.header(copy)
    try:
        driver.run(inventory.units(copy))
    except KeyboardInterrupt:
        driver.cancel()
    finally:
        printer.erase()
        cluster.disconnect()
    printer.sums(driver.totals)
    code = driver.totals.exit_code()
    return code & ~1 if options.fail_on == "never" and code <= 3 else code


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("write a number from 1 on")
    return int(text)


def _cpus(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    # A task without processors would have no limit.
    if not 0.1 <= number <= 1024:
        raise argparse.ArgumentTypeError("write a number from 0.1 on")
    return number


def _size(text: str) -> int:
    shift = {"K": 10, "M": 20, "G": 30, "T": 40}.get(text[-1:].upper(), 0)
    digits = text[:-1] if shift else text
    if not digits.isascii() or not digits.isdigit() or int(digits) < 1:
        raise argparse.ArgumentTypeError("write a number of bytes, or one with K, M, G or T, such as `500M`")
    return int(digits) << shift


if __name__ == "__main__":
    sys.exit(main())
