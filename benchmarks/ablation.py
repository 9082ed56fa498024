"""What each piece of a recipe gives: five-fold on ESC-10 without it, against the whole.

Everything else stays, the number of epochs included. The two are compared clip by clip: a clip
speaks for the one that is right about it, or with several seeds more often.
"""

from __future__ import annotations

from typing import Any

from benchmarks.accuracy import judged, settings_for
from benchmarks.report import markdown_table
from esc10.errors import Esc10Error
from esc10.evaluation.comparison import holm
from esc10.evaluation.cross_validation import compare_verdicts
from esc10.evaluation.intervals import percent
from esc10.training.recipes import pieces_of

HEAD = ["without", "mean", "95 % interval", "points", "clips lost", "clips gained", "p"]
HEAD += ["p, Holm over all"]

Results = dict[str, Any]


def measure(model: str, recipe: str | None = None, seeds: int = 3) -> Results:
    """The accuracy without each piece in turn, and with all of them.

    Args:
        model: a key of `esc10.training.networks.MODELS`.
        recipe: a key of `esc10.training.recipes.RECIPES`.
        seeds: how many.

    Raises:
        RuntimeError: there is no recipe, ESC-10 is not here and `ESC10_ARCHIVE` names none, or the
            disk refused.
    """
    try:
        whole = settings_for(model, recipe)
        if whole.recipe is None:
            raise RuntimeError("without a --recipe nothing can be left out.")
        pieces = pieces_of(whole.recipe)
        verdicts = {"": judged(whole, seeds)[1]}
        for piece in pieces:
            verdicts[piece] = judged(settings_for(model, recipe, [piece]), seeds)[1]
    except Esc10Error as cause:
        raise RuntimeError(str(cause)) from cause
    tests = {piece: compare_verdicts(verdicts[""], verdicts[piece]) for piece in pieces}
    # Of one dataset all verdicts share all clips.
    corrected = holm([test.p_value for test in tests.values() if test is not None])
    return {
        "model": model,
        "recipe": recipe,
        "seeds": seeds,
        "mean": verdicts[""].mean,
        "interval": list(verdicts[""].interval),
        "without": {
            piece: {
                "mean": verdicts[piece].mean,
                "interval": list(verdicts[piece].interval),
                "only_whole": test.only_first,
                "only_without": test.only_second,
                "p": test.p_value,
                "p_of_all": p_of_all,
            }
            for (piece, test), p_of_all in zip(tests.items(), corrected, strict=True)
            if test is not None
        },
    }


def table(results: Results) -> str:
    """The whole recipe first, and the piece that is missed most next."""
    whole = results["mean"]
    rows = [["nothing", *_accuracy(results), "–", "–", "–", "–", "–"]]
    lacking = sorted(results["without"].items(), key=lambda item: item[1]["mean"])
    for piece, found in lacking:
        rows.append(
            [
                piece,
                *_accuracy(found),
                f"{100 * (found['mean'] - whole):+.1f}",
                f"{found['only_whole']}",
                f"{found['only_without']}",
                f"{found['p']:.2g}",
                f"{found['p_of_all']:.2g}",
            ]
        )
    seeds = results["seeds"]
    note = f"`{results['model']}`, {results['recipe']}, {seeds} seed{'s' if seeds > 1 else ''}."
    return f"{note}\n\n{markdown_table(HEAD, rows)}"


def _accuracy(found: Results) -> list[str]:
    low, high = found["interval"]
    return [f"{100 * found['mean']:.1f} %", f"{percent(low)} to {percent(high)} %"]
