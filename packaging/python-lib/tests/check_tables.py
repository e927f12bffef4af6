"""Checks `skant.scan_table` of the installed package. `tests/library/python_lib.rs` runs it.

  check_tables.py tables KEY     columns of Arrow tables (needs pyarrow)
  check_tables.py ray-data KEY   the example for Ray Data of docs/fleet (needs ray[data])
"""

import os
import subprocess
import sys
import tempfile

from check import plain, raises

import skant


def tables(key):
    import pyarrow as pa

    text = f"prose\nANTHROPIC_API_KEY={key}\n"
    values = ["nothing", None, text, "", "ü " + text, "password = os.environ['PASSWORD']"]
    ids = list("abcdef")
    [alone] = skant.scan_bytes(text.encode(), "text")
    as_bytes = [value and value.encode() for value in values]
    columns = {
        "string": pa.array(values),
        "large string": pa.array(values, pa.large_string()),
        "binary": pa.array(as_bytes, pa.binary()),
        "large binary": pa.array(as_bytes, pa.large_binary()),
        "dictionary": pa.array(values).dictionary_encode(),
        "chunks": pa.chunked_array([values[:3], [], values[3:]]),
        "slice": pa.array(["x", *values, text]).slice(1, 6),
    }
    for name in ("string_view", "binary_view"):
        if hasattr(pa, name):
            columns[name] = pa.array(values if name == "string_view" else as_bytes, getattr(pa, name)())
    for name, column in columns.items():
        table = pa.table({"id": ids, "text": column})
        for data in (table, *(table.to_batches() if len(table.to_batches()) == 1 else [])):
            found = skant.scan_table(data, "text", keep=["id"])
            assert found.column("row").to_pylist() == [2, 4], (name, found)
            assert found.column("id").to_pylist() == ["c", "e"], (name, found)
            first, second = found.to_pylist()
            same_fields(alone, first)
            assert second["locations"][0]["byte_start"] == first["locations"][0]["byte_start"] + len("ü ".encode())
            assert key not in str(found.to_pylist()) and key[20:40] not in str(found.to_pylist())
    # Rows without findings, and tables without rows, have the same columns: parts are put together.
    schema = skant.scan_table(pa.table({"text": [text]}), "text").schema
    for empty in ([], [None], ["nothing"]):
        found = skant.scan_table(pa.table({"text": pa.array(empty, pa.string())}), "text")
        assert found.num_rows == 0 and found.schema == schema
    assert skant.scan_table(pa.table({"text": pa.nulls(3)}), "text").num_rows == 0
    many = pa.table({"text": [text if row % 1000 == 7 else "nothing" for row in range(5000)]})
    assert skant.scan_table(many, "text").column("row").to_pylist() == [7, 1007, 2007, 3007, 4007]
    fixed = pa.array([text.encode().ljust(400), None], pa.binary(400))
    assert skant.scan_table(pa.table({"text": fixed}), "text").num_rows == 1
    table_errors(pa, text)
    print("tables: ok")


def same_fields(finding, row):
    """A row has the fields of a finding, and no others but its number and the problem."""
    whole = plain(finding)
    assert whole.keys() - row.keys() == {"history", "verdict", "verified"}
    assert row.keys() - whole.keys() == {"row", "problem", "id"}
    assert whole["history"] is whole["verdict"] is whole["verified"] is row["problem"] is None
    for name in whole.keys() & row.keys() - {"locations", "reasons"}:
        assert row[name] == whole[name], name
    for name in ("locations", "reasons"):
        for mine, other in zip(row[name], whole[name]):
            assert mine == {field: other[field] for field in mine}
        assert len(row[name]) == len(whole[name]) > 0


def table_errors(pa, text):
    table = pa.table({"text": [text], "number": [1], "row": ["x"]})
    for arguments, named, kind, said in (
        ((table, "texts"), {}, ValueError, "no column `texts`; its columns are `text`, `number`, `row`"),
        ((pa.table([["a"], ["b"]], ["t", "t"]), "t"), {}, ValueError, "2 columns `t`"),
        ((table, "number"), {}, TypeError, "has the type int64"),
        ((pa.table({"a": [["x"]]}), "a"), {}, TypeError, "cast it"),
        ((table.to_pydict(), "text"), {}, TypeError, "not dict"),
        ((table, "text"), {"keep": ["ids"]}, ValueError, "no column `ids`"),
        ((table, "text"), {"keep": ["row"]}, ValueError, "rename"),
        ((table.slice(0, 0), "text"), {"min_confidence": "none"}, ValueError, "min_confidence"),
    ):
        assert said in str(raises(kind, skant.scan_table, *arguments, **named)), said
    # An unread value is an error after the rest was scanned, or a row of the result.
    damaged = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\x55" * 40
    data = pa.table({"data": [b"nothing", damaged, text.encode()]})
    error = raises(skant.IncompleteError, skant.scan_table, data, "data")
    assert "row 1" in str(error) and error.report.problems[0].kind == "corrupt-archive"
    found = skant.scan_table(data, "data", allow_incomplete=True)
    assert found == error.table
    assert [(row["row"], row["rule"] is None, row["problem"] is None) for row in found.to_pylist()] == [
        (1, True, False),
        (2, False, True),
    ]


def ray_data(key):
    """The example of the documents, on rows in two files."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    root = os.path.dirname(os.path.abspath(__file__)).split("/packaging/")[0]
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/in")
        for part in range(2):
            texts = [f"K={key}" if row == part else "nothing" for row in range(100)]
            table = pa.table({"id": [part * 100 + row for row in range(100)], "text": texts})
            parquet.write_table(table, f"{folder}/in/{part}.parquet")
        example = [sys.executable, f"{root}/docs/fleet/scan_dataset.py"]
        os.mkdir(f"{folder}/clean")
        parquet.write_table(pa.table({"text": ["nothing"] * 3}), f"{folder}/clean/0.parquet")
        ended = subprocess.run([*example, f"{folder}/clean", "text", f"{folder}/none"], capture_output=True, text=True)
        assert ended.returncode == 0 and "0 findings" in ended.stdout, (ended.returncode, ended.stderr)
        arguments = [f"{folder}/in", "text", f"{folder}/out", "id"]
        ended = subprocess.run([*example, *arguments], capture_output=True, text=True)
        assert ended.returncode == 1, (ended.returncode, ended.stderr)
        assert "2 findings" in ended.stdout, ended.stdout
        assert key not in ended.stdout + ended.stderr
        found = parquet.read_table(f"{folder}/out").to_pylist()
        assert sorted((row["id"], row["rule"]) for row in found) == [(0, "anthropic-api-key"), (101, "anthropic-api-key")]
    print("ray-data: ok")


if __name__ == "__main__":
    modes = {"tables": tables, "ray-data": ray_data}
    if len(sys.argv) != 3 or sys.argv[1] not in modes:
        sys.exit(__doc__)
    modes[sys.argv[1]](sys.argv[2])
