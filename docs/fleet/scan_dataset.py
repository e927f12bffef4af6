#!/usr/bin/env python3
"""Scans a column of a data set of any size with Ray Data: a corpus, a lake of logs, an export of issues.

  scan_dataset.py INPUT COLUMN OUTPUT [ID…]

INPUT and OUTPUT are folders with Parquet files, also s3:// and so on; OUTPUT, a new one, gets the findings, masked, with
the columns ID… of their rows. Ends with 0, 1 (findings), 2 (something could not be read) or 3 (both), as skant does.

  pip install 'skant-lib[table]' 'ray[data]'
"""

import sys

import ray
import skant
from ray.data.aggregate import Count


def main(source: str, column: str, target: str, *ids: str) -> int:
    rows = ray.data.read_parquet(source).select_columns([*ids, column])
    found = rows.map_batches(
        skant.scan_table,
        batch_format="pyarrow",
        # A value that cannot be read is a row of the result and does not end the others.
        fn_kwargs={"column": column, "keep": ids, "allow_incomplete": True},
    )
    # Read and scanned once, for the files and for the sums.
    found = found.materialize()
    found.write_parquet(target)
    # Each row of the result has one of the two.
    counts = {name: Count(on=name, ignore_nulls=True, alias_name=name) for name in ("rule", "problem")}
    sums = found.aggregate(*counts.values()) or {}
    findings, problems = sums.get("rule") or 0, sums.get("problem") or 0
    print(f"{findings} findings, {problems} problems")
    return (1 if findings else 0) + (2 if problems else 0)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
