"""The lab in one zip: packed for another machine, unpacked there."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from esc10.cli.datasets import show
from esc10.cli.figures import Answer
from esc10.datasets import SOURCES
from esc10.engine.worker import check_weights
from esc10.lesson import lab_pack
from esc10.lesson.lab_pack.layout import START, Platform, this_platform


def pack(options: Namespace) -> Answer:
    """Put datasets, runs and, on request, the program into one zip for another machine."""
    path: Path = options.output.expanduser()
    packed = lab_pack.pack(path, options.dataset, options.run, options.wheels, show)
    for complaint in packed.left_out:
        print(complaint, file=sys.stderr)
    answer = {"file": str(path), **asdict(packed)}
    line = f"{path}, {packed.size / 1e6:,.1f} MB: {_listed(packed.datasets, packed.runs)}"
    if packed.wheels is None:
        return answer, line
    return answer, (
        f"{line}, the program, and its packages for {packed.wheels}. {START} in it says how to "
        "begin."
    )


def unpack(options: Namespace) -> Answer:
    """Take in the datasets and the runs of such a zip; what is here already stays."""
    path: Path = options.file.expanduser()
    done, here = lab_pack.unpack(path, check_weights, show), this_platform()
    answer: dict[str, Any] = {"file": str(path), **asdict(done)}
    lines = [f"Came in: {_listed(done.datasets, done.runs)}"]
    lines += [
        f"Nobody publishes hashes of {SOURCES[key].title}: names, sizes and that each is a sound "
        "were checked, not which sounds they are."
        for key in done.unproven
    ]
    if done.datasets_here or done.runs_here:
        stayed = _listed(done.datasets_here, done.runs_here)
        lines.append(f"Here already, and left as it is: {stayed}")
    if done.wheels is not None:
        answer["wheels"]["fit"] = done.wheels == here
        lines.append(_about(done.wheels, here))
    return answer, "\n".join(lines)


def _listed(datasets: Sequence[str], runs: Sequence[str]) -> str:
    things = [*datasets, *([f"{len(runs)} run{'s'[len(runs) == 1 :]}"] if runs else [])]
    return ", ".join(things) or "nothing"


def _about(wheels: Platform, here: Platform) -> str:
    if wheels == here:
        return f"Its packages are for this machine, {here}: {START} in it says how to install them."
    return (
        f"Its packages are for {wheels}, and do not fit this machine, {here}. The sounds and the "
        "runs fit everywhere."
    )
