"""`python -m benchmarks NAME [--json]`."""

from __future__ import annotations

import argparse
import importlib
import json
import sys

from benchmarks.machine import machine
from benchmarks.report import write_table

NAMES = ("train_step", "features", "fetching", "decoding", "interface", "live", "accuracy")
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
    parser.add_argument("--model", help="accuracy: which network")
    parser.add_argument("--recipe", help="accuracy: by which recipe; the lab's own without")
    parser.add_argument("--seeds", type=int, help="accuracy: how many; default 3")
    options = parser.parse_args()
    if options.literal and options.name != "train_step":
        parser.error("--literal belongs to train_step")
    asked = {name: getattr(options, name) for name in ("model", "recipe", "seeds")}
    if options.name != "accuracy" and any(asked.values()):
        parser.error("--model, --recipe and --seeds belong to accuracy")
    if options.name == "accuracy" and not options.model:
        parser.error("accuracy needs a --model")
    benchmark = importlib.import_module(f"benchmarks.{options.name}")
    arguments = {"literal": True} if options.literal else {}
    if options.name == "accuracy":
        arguments = asked | {"seeds": options.seeds or 3}
    try:
        results = benchmark.measure(**arguments)
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
