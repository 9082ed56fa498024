"""A training step on 32 clips: ours, PyTorch's best form, the lab's code, and the floor.

Each side twice: with all that the processor has, and held to AVX2.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import floor
from benchmarks.contender import Contender
from benchmarks.instruction_sets import FULL, SETS, used_by_onednn
from benchmarks.report import markdown_table
from benchmarks.sounds import BATCH, batch_of_clips, best_dataset, home_with
from benchmarks.spread import Spread, seconds, spread
from esc10.training.networks import LAB_MODELS, MODELS, layer_table

FORMS = ("conv1d", "conv2d", "conv2d-kept")
SIDES = ("ours", *FORMS, "matmul", "copy")
ROUNDS, WARM_ROUNDS = 10, 2
STEPS_IN_A_TURN = 3
LITERAL_STEPS = 3

Results = dict[str, Any]


def measure(literal: bool = False) -> Results:
    """Seconds of a step for every network.

    Args:
        literal: measure the lab's own code too; its first step alone takes minutes.
    """
    used = {instructions: used_by_onednn(instructions) for instructions in SETS}
    with tempfile.TemporaryDirectory() as folder, home_with(best_dataset()):
        batch = Path(folder) / "batch.npz"
        x, y = batch_of_clips(best_dataset())
        np.savez(batch, x=x, y=y)
        results: Results = {}
        for network in LAB_MODELS:
            times = _turns(network, batch)
            first, further = _literal(network, batch) if literal else (None, None)
            results[network] = {
                instructions: _result(
                    network,
                    x.shape,
                    {kind: times[instructions, kind] for kind in SIDES},
                    *((first, further) if instructions == FULL else (None, None)),
                )
                for instructions in SETS
            }
    return {"dataset": best_dataset(), "onednn": used, "networks": results}


def _turns(network: str, batch: Path) -> dict[tuple[str, str], Spread]:
    """The seconds of each side with each instruction set, in turn.

    What a side needs to wake up in each turn is not counted.
    """
    with ExitStack() as stack:
        sides = {
            (instructions, kind): stack.enter_context(
                closing(Contender(kind, network, batch, instructions))
            )
            for instructions in SETS
            for kind in SIDES
        }
        times: dict[tuple[str, str], list[float]] = {side: [] for side in sides}
        for turn in range(WARM_ROUNDS + ROUNDS):
            for side, contender in sides.items():
                taken = [contender.step() for _ in range(STEPS_IN_A_TURN)]
                if turn >= WARM_ROUNDS:
                    times[side] += taken[1:]
    return {side: spread(taken) for side, taken in times.items()}


def _literal(network: str, batch: Path) -> tuple[float, Spread]:
    with closing(Contender("literal", network, batch, FULL)) as side:
        return side.step(), spread([side.step() for _ in range(LITERAL_STEPS)])


def _result(
    network: str,
    shape: tuple[int, ...],
    times: dict[str, Spread],
    literal_first: float | None,
    literal: Spread | None,
) -> Results:
    _, frames, n_mels = shape
    table = layer_table(MODELS[network].build(frames, n_mels, 10))
    work = floor.work_of(table, BATCH, frames, n_mels)
    rate = 2 * floor.MATRIX**3 / times["matmul"]["median"]
    bandwidth = 2 * floor.COPIED_BYTES / times["copy"]["median"]
    best = min(FORMS, key=lambda form: times[form]["median"])
    return {
        "ours_s": times["ours"]["median"],
        "pytorch_s": times[best]["median"],
        "pytorch_form": best,
        "literal_s": literal["median"] if literal else None,
        "literal_first_s": literal_first,
        "floor_s": work.seconds(rate, bandwidth),
        "of_pytorch": times["ours"]["median"] / times[best]["median"],
        "literal_of_ours": literal["median"] / times["ours"]["median"] if literal else None,
        "spread": {**times, "literal": literal},
        "operations": work.operations,
        "moved_bytes": work.moved_bytes,
        "operations_per_s": rate,
        "bytes_per_s": bandwidth,
    }


def table(results: Results) -> str:
    """Every side's seconds, and the ratios."""
    rows = []
    for network, by_instructions in results["networks"].items():
        for instructions, result in by_instructions.items():
            ratio = result["literal_of_ours"]
            rows.append(
                [
                    f"{network}, {instructions}",
                    seconds(result["spread"]["ours"]),
                    *(seconds(result["spread"][form]) for form in FORMS),
                    f"**{result['of_pytorch']:.2f}**",
                    seconds(result["literal_first_s"]),
                    seconds(result["spread"]["literal"]),
                    f"{ratio:.0f} ×" if ratio else "–",
                    seconds(result["floor_s"]),
                ]
            )
    head = ["network", "ours", "PyTorch Conv1d", "Conv2d, channels last", "the same, memory kept"]
    head += ["ours / best PyTorch", "literal, first step", "literal, further", "literal / ours"]
    used = [
        f"{instructions}: oneDNN in {library} uses {isa}"
        for instructions, by_library in results["onednn"].items()
        for library, isa in by_library.items()
    ]
    return f"{markdown_table([*head, 'floor'], rows)}\n\n{'; '.join(used)}."
