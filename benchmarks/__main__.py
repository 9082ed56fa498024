"""`python -m benchmarks NAME [--json]`."""

from __future__ import annotations

import argparse
import importlib
import json
import sys

from benchmarks.machine import machine
from benchmarks.report import write_table

NAMES = ("train_step", "features", "fetching", "decoding", "interface", "live")
"""The benchmarks; each is a module here with `measure` and `table`."""


def main() -> None:
    """Measure, write the table into `benchmarks/README.md`, and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--json", action="store_true", help="print all figures as JSON")
    parser.add_argument(
        "--literal",
        action="store_true",
        help="train_step: measure the lab's own code too; it takes a quarter of an hour",
    )
    options = parser.parse_args()
    if options.literal and options.name != "train_step":
        parser.error("--literal belongs to train_step")
    benchmark = importlib.import_module(f"benchmarks.{options.name}")
    try:
        results = benchmark.measure(**({"literal": True} if options.literal else {}))
    except RuntimeError as failure:  # what a process of a side said at its end
        sys.exit(f"{options.name} was not measured: {failure}")
    table = benchmark.table(results)
    write_table(options.name, table, machine())
    if options.json:
        print(json.dumps({"benchmark": options.name, "machine": machine(), **results}))
    else:
        print(table)
        print(", ".join(f"{key} {value}" for key, value in machine().items()))


if __name__ == "__main__":
    main()
