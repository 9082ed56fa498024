"""`python -m benchmarks NAME [--json]`."""

from __future__ import annotations

import argparse
import importlib
import json
import sys

from benchmarks.machine import machine
from benchmarks.report import write_table

NAMES = (
    "train_step",
    "features",
    "fetching",
    "decoding",
    "interface",
    "live",
    "accuracy",
    "ablation",
)
"""The benchmarks; each is a module here with `measure` and `table`."""

OPTIONS = {
    "train_step": ("literal",),
    "accuracy": ("model", "recipe", "seeds", "folds"),
    "ablation": ("model", "recipe", "seeds"),
}
"""What can be asked of a benchmark: arguments of its `measure`."""


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
    learnt = "accuracy and ablation"
    parser.add_argument("--model", help=f"{learnt}: which network")
    parser.add_argument("--recipe", help=f"{learnt}: by which recipe; the lab's own without")
    parser.add_argument("--seeds", type=int, help=f"{learnt}: how many; default 3")
    parser.add_argument(
        "--folds", type=int, choices=(3, 4), help="accuracy: how many train; default 3"
    )
    options = parser.parse_args()
    usable = OPTIONS.get(options.name, ())
    given = {name: value for name, value in vars(options).items() if value}
    arguments = {name: given[name] for name in usable if name in given}
    for name in given.keys() - arguments.keys() - {"name", "json"}:
        owners = [owner for owner, names in OPTIONS.items() if name in names]
        parser.error(f"--{name} belongs to {' and '.join(owners)}")
    if "model" in usable and not options.model:
        parser.error(f"{options.name} needs a --model")
    benchmark = importlib.import_module(f"benchmarks.{options.name}")
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
