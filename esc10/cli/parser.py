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

from esc10.cli.check import check
from esc10.cli.crossval import crossval
from esc10.cli.datasets import fetch, own
from esc10.cli.evaluate import evaluate, predict
from esc10.cli.figures import Answer
from esc10.cli.lab_pack import pack, unpack
from esc10.cli.notebook import notebook
from esc10.cli.report import report
from esc10.cli.runs import export, import_zip, replay, runs
from esc10.cli.train import train
from esc10.datasets import SOURCES, sources
from esc10.datasets.splits import FOLDS, SPLITS
from esc10.errors import Esc10Error
from esc10.features.inputs import KINDS
from esc10.runs.writing import close_interrupted
from esc10.training.config import TrainConfig
from esc10.training.networks import MODELS
from esc10.training.recipes import PIECES, RECIPES
from esc10.training.results import CRITERIA, LAST

BAD_INPUT = 2
INTERRUPTED = 130

Command = Callable[[argparse.Namespace], Answer]


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
        answer, in_words = options.command(options)
    except Esc10Error as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("Interrupted. What was finished is kept.", file=sys.stderr)
        return INTERRUPTED
    print(json.dumps(answer) if options.json else in_words)
    errors = [item["error"] for item in answer.get("files", []) if "error" in item]
    errors += answer.get("refused", [])
    for sentence in errors:
        print(sentence, file=sys.stderr)
    return BAD_INPUT if errors else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="esc10" if Path(sys.argv[0]).stem == "esc10" else "python -m esc10",
        description="Fetch sounds, train networks on them, judge them, and classify sounds.",
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command) -> argparse.ArgumentParser:
        summary = (command.__doc__ or "").partition("\n")[0]
        subparser = subparsers.add_parser(name, help=summary, description=summary)
        subparser.add_argument(
            "--json", action="store_true", help="print one JSON object and nothing else"
        )
        subparser.set_defaults(command=command)
        return subparser

    def add_run(subparser: argparse.ArgumentParser) -> argparse.ArgumentParser:
        subparser.add_argument("run", metavar="RUN", help="a run's name, or 'latest'")
        return subparser

    fetching = add("fetch", fetch)
    fetching.add_argument("dataset", choices=SOURCES)
    fetching.add_argument(
        "--from", dest="from_path", type=Path, metavar="PATH", help="a local zip or folder"
    )
    making = add("own", own)
    making.add_argument(
        "source", metavar="PATH", type=Path, help="a zip or folder, a folder a class"
    )
    making.add_argument("--title", default="My sounds", help="the dataset's name for people")
    making.add_argument(
        "--look", action="store_true", help="say how they can be understood, and make nothing"
    )
    making.add_argument(
        "--reading", metavar="NAME", help="another way to understand them, by its name there"
    )
    defaults = _add_settings(training := add("train", train))
    for part in ("validation", "test"):
        training.add_argument(
            f"--{part}-fold",
            type=int,
            choices=FOLDS,
            default=argparse.SUPPRESS,
            help=f"which one is for {part}; default {getattr(defaults, f'{part}_fold')}",
        )
    crossing = add("crossval", crossval)
    _add_settings(crossing)
    crossing.add_argument("--seeds", type=int, default=1, help="how many; default 1")
    for name, command in (("evaluate", evaluate), ("predict", predict)):
        add_run(add(name, command)).add_argument(
            "--weights",
            choices=(*CRITERIA, LAST),
            help=f"of the epoch that was best by; default {LAST} where a schedule came to its end, "
            f"else {CRITERIA[0]}",
        )
    subparsers.choices["predict"].add_argument("files", metavar="FILE", nargs="+", type=Path)
    add("runs", runs)
    replaying = add_run(add("replay", replay))
    replaying.add_argument(
        "--pace", type=_pace, default=1.0, help="how many times as fast as it was; default 1"
    )
    _add_output(add_run(add("export", export)), "zip")
    handing_in = add_run(add("report", report))
    _add_output(handing_in, "html")
    handing_in.add_argument(
        "--answers", type=Path, metavar="ANSWERS.json", help="what was answered in the lab"
    )
    _add_output(add_run(add("notebook", notebook)), "ipynb")
    add("import", import_zip).add_argument(
        "file", metavar="FILE", type=Path, help="what 'export' or 'report' wrote"
    )
    checking = add("check", check)
    checking.add_argument(
        "folder", metavar="FOLDER", type=Path, help="where the reports and zips of a class are"
    )
    _add_output(checking, "csv")
    checking.add_argument(
        "--feedback", type=Path, metavar="FOLDER", help="a page for each goes there"
    )
    _add_pack(add("pack", pack))
    add("unpack", unpack).add_argument(
        "file", metavar="FILE.zip", type=Path, help="what 'pack' wrote"
    )
    return parser


def _add_output(parser: argparse.ArgumentParser, ending: str) -> None:
    name = f"FILE.{ending}"
    parser.add_argument(
        "-o", "--output", required=True, type=Path, metavar=name, help="where to write it"
    )


def _add_pack(packing: argparse.ArgumentParser) -> None:
    _add_output(packing, "zip")
    for name, which in (("dataset", "that are whole"), ("run", "that have weights")):
        packing.add_argument(
            f"--{name}",
            nargs="*",
            action="extend",
            metavar=name.upper(),
            help=f"these, or none where none follows; default all {which}",
        )
    packing.add_argument(
        "--wheels",
        action="store_true",
        help="the program too, and the packages it needs, for this system and this Python",
    )


def _pace(text: str) -> float:
    pace = float(text)
    if not 0 < pace < float("inf"):
        raise argparse.ArgumentTypeError("it is a number above 0")
    return pace


def _add_settings(training: argparse.ArgumentParser) -> TrainConfig:
    """The settings of a run but for its folds, with the defaults the pages have too: those."""
    defaults = TrainConfig(dataset=next(iter(SOURCES)), model=next(iter(MODELS)))
    training.add_argument("--dataset", choices=sources(), required=True)
    training.add_argument("--model", choices=MODELS, required=True)
    training.add_argument("--features", choices=KINDS, default=defaults.features)
    training.add_argument("--split", choices=SPLITS, default=defaults.split)
    for name, kind in (
        ("epochs", int),
        ("patience", int),
        ("batch-size", int),
        ("learning-rate", float),
        ("seed", int),
    ):
        default = getattr(defaults, name.replace("-", "_"))
        training.add_argument(
            f"--{name}", type=kind, default=argparse.SUPPRESS, help=f"default {default}"
        )
    training.add_argument(
        "--recipe",
        choices=RECIPES,
        help="how clips and steps are changed; it has epochs and a learning rate of its own",
    )
    training.add_argument(
        "--without",
        choices=PIECES,
        action="append",
        default=[],
        help="leave this out of it",
    )
    return defaults
