"""The command line: the same functions as the pages, without a browser.

Trouble a user can mend is one sentence on stderr and exit status 2. With `--json` stdout carries
one JSON object and nothing else.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from esc10 import cli as commands
from esc10.datasets import SOURCES, sources
from esc10.datasets.splits import SPLITS
from esc10.errors import Esc10Error
from esc10.features.inputs import KINDS
from esc10.runs.writing import close_interrupted
from esc10.training.config import TrainConfig
from esc10.training.networks import MODELS
from esc10.training.results import CRITERIA

BAD_INPUT = 2
INTERRUPTED = 130

Command = Callable[[argparse.Namespace], dict[str, Any]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: without the program's name; the process's own where None.

    Returns:
        The exit status: 0, 2 for bad input, 130 for an interruption.
    """
    options = _parser().parse_args(arguments)
    try:
        close_interrupted()
        answer = options.command(options)
    except Esc10Error as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("Interrupted. What was finished is kept.", file=sys.stderr)
        return INTERRUPTED
    print(json.dumps(answer) if options.json else options.in_words(answer))
    errors = [item["error"] for item in answer.get("files", []) if "error" in item]
    for sentence in errors:
        print(sentence, file=sys.stderr)
    return BAD_INPUT if errors else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m esc10",
        description="Fetch sounds, train networks on them, judge them, and classify sounds.",
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, in_words: Callable[[Any], str]) -> argparse.ArgumentParser:
        summary = (command.__doc__ or "").partition("\n")[0]
        subparser = subparsers.add_parser(name, help=summary, description=summary)
        subparser.add_argument(
            "--json", action="store_true", help="print one JSON object and nothing else"
        )
        subparser.set_defaults(command=command, in_words=in_words)
        return subparser

    fetch = add("fetch", commands.fetch, commands.format_fetch)
    fetch.add_argument("dataset", choices=SOURCES)
    fetch.add_argument(
        "--from", dest="from_path", type=Path, metavar="PATH", help="a local zip or folder"
    )
    own = add("own", commands.own, commands.format_own)
    own.add_argument("source", metavar="PATH", type=Path, help="a zip or folder, a folder a class")
    own.add_argument("--title", required=True, help="the dataset's name for people")
    _add_settings(add("train", commands.train, commands.format_train))
    evaluate = add("evaluate", commands.evaluate, commands.format_evaluate)
    evaluate.add_argument("run", metavar="RUN", help="a run's name, or 'latest'")
    evaluate.add_argument("--weights", choices=CRITERIA, default=CRITERIA[0])
    predict = add("predict", commands.predict, commands.format_predict)
    predict.add_argument("run", metavar="RUN", help="a run's name, or 'latest'")
    predict.add_argument("files", metavar="FILE", nargs="+", type=Path)
    add("runs", commands.runs, commands.format_runs)
    export = add("export", commands.export, commands.format_export)
    export.add_argument("run", metavar="RUN", help="a run's name, or 'latest'")
    export.add_argument(
        "-o", "--output", required=True, type=Path, metavar="FILE.zip", help="where to write it"
    )
    importing = add("import", commands.import_zip, commands.format_import_zip)
    importing.add_argument("file", metavar="FILE.zip", type=Path, help="what 'export' wrote")
    return parser


def _add_settings(train: argparse.ArgumentParser) -> None:
    """The settings of a run, with the defaults the pages have too."""
    defaults = TrainConfig(dataset=next(iter(SOURCES)), model=next(iter(MODELS)))
    train.add_argument("--dataset", choices=sources(), required=True)
    train.add_argument("--model", choices=MODELS, required=True)
    train.add_argument("--features", choices=KINDS, default=defaults.features)
    train.add_argument("--split", choices=SPLITS, default=defaults.split)
    for name, kind in (
        ("epochs", int),
        ("patience", int),
        ("batch-size", int),
        ("learning-rate", float),
        ("seed", int),
    ):
        default = getattr(defaults, name.replace("-", "_"))
        train.add_argument(f"--{name}", type=kind, default=default, help=f"default {default}")
