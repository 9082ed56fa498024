"""How training may depart from the lab's: pieces, each of which can be left out, and named wholes.

The lab's own training is no recipe at all: every epoch shows every clip as it is, with one step
size. What is changed in a clip is `esc10.training.augmentation`'s to compute; what a piece gave is
in `benchmarks/README.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, pi

from esc10.errors import RunError
from esc10.training.networks import MODELS

SCHEDULES = ("constant", "cosine", "onecycle")

_WARM_UP, _FIRST_DIVISOR, _LAST_DIVISOR = 0.3, 25, 1e4


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is done to training clips, and to the optimiser's steps; as it stands, nothing.

    Attributes:
        window: frames of a window around something loud that stands for a clip; 0 for whole clips.
        mixing: the share of windows that another class's window is mixed into.
        speed: by how much a window is stretched or squeezed, at most, as a factor.
        shift: by how many mel bands it is moved up or down, at most.
        gain: by how many dB it is made louder or softer, at most.
        tilt: by how many dB the highest band is raised against the middle one, at most; the lowest
            is lowered as much, or the other way round.
        band_mask: the most neighbouring mel bands that are blotted out.
        frame_mask: the most neighbouring frames that are blotted out.
        smoothing: the share of a target that goes to all classes alike.
        schedule: one of `SCHEDULES`: how the step size changes over all epochs.
        decay: the share of each weight of a layer that a step takes away, times its size.
        averaging: how much of the averaged weights a step leaves; the average is what answers. 0
            for none.
        settling: the share of all steps, the last ones, in which nothing is dropped out. A network
            with dropout answers without it; layers behind it, that a rectifier, a maximum or a
            gate comes between, have until then not been given what they are given there.
    """

    window: int = 0
    mixing: float = 0.0
    speed: float = 1.0
    shift: int = 0
    gain: float = 0.0
    tilt: float = 0.0
    band_mask: int = 0
    frame_mask: int = 0
    smoothing: float = 0.0
    schedule: str = SCHEDULES[0]
    decay: float = 0.0
    averaging: float = 0.0
    settling: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be done.

        Raises:
            RunError: with the first value that is out of range.
        """
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise RunError(f"A recipe's {name} is {least} to {most}, and {value} is not.")
        if self.schedule not in SCHEDULES:
            raise RunError(
                f"{self.schedule} is not a usable schedule. Choose from: {', '.join(SCHEDULES)}."
            )


_RANGES: dict[str, tuple[float, float]] = {
    "window": (0, 10_000),
    "mixing": (0, 1),
    "speed": (1, 4),
    "shift": (0, 64),
    "gain": (0, 60),
    "tilt": (0, 60),
    "band_mask": (0, 128),
    "frame_mask": (0, 10_000),
    "smoothing": (0, 0.9),
    "decay": (0, 1),
    "averaging": (0, 0.9999),
    "settling": (0, 1),
}

_NOTHING = Recipe()

PIECES = {
    "windows": ("window",),
    "mixing": ("mixing",),
    "speed": ("speed",),
    "height": ("shift",),
    "level": ("gain", "tilt"),
    "masks": ("band_mask", "frame_mask"),
    "smoothing": ("smoothing",),
    "schedule": ("schedule",),
    "decay": ("decay",),
    "averaging": ("averaging",),
    "settling": ("settling",),
}
"""What can be left out by itself, and the fields of a `Recipe` that it is."""


@dataclass(frozen=True, slots=True)
class NamedRecipe:
    """A recipe that can be chosen.

    Attributes:
        key: its name in settings and on the command line.
        recipe: what is done.
        epochs: how many it was made for.
        learning_rate: the largest step size it was made for.
    """

    key: str
    recipe: Recipe
    epochs: int
    learning_rate: float

    def recipe_for(self, model: str) -> Recipe:
        """What of it a network can take: windows need any length, and settling needs dropout.

        Args:
            model: a key of `esc10.training.networks.MODELS`.
        """
        takes = {"windows": MODELS[model].any_length, "settling": MODELS[model].drops_out}
        return without(self.recipe, *(piece for piece, taken in takes.items() if not taken))


RECIPES: dict[str, NamedRecipe] = {
    named.key: named
    for named in (
        NamedRecipe(
            "augmented",
            Recipe(
                window=96,
                mixing=0.5,
                speed=1.25,
                shift=4,
                gain=6.0,
                tilt=6.0,
                band_mask=16,
                frame_mask=12,
                schedule="onecycle",
                decay=0.01,
            ),
            epochs=400,
            learning_rate=0.004,
        ),
        # For networks that look at one frame after the other: they must hear the pauses too, and a
        # frame that is blotted out would count as others do.
        NamedRecipe(
            "steady",
            Recipe(
                shift=6,
                gain=6.0,
                tilt=6.0,
                band_mask=16,
                smoothing=0.1,
                schedule="cosine",
                decay=0.01,
                averaging=0.99,
                settling=0.25,
            ),
            epochs=200,
            learning_rate=0.004,
        ),
    )
}
"""Every named recipe by its key."""


def pieces_of(recipe: Recipe) -> tuple[str, ...]:
    """The keys of `PIECES` that a recipe has."""
    return tuple(
        piece
        for piece, names in PIECES.items()
        if any(getattr(recipe, name) != getattr(_NOTHING, name) for name in names)
    )


def without(recipe: Recipe, *pieces: str) -> Recipe:
    """A recipe with some of its pieces left out.

    Args:
        recipe: the whole.
        pieces: keys of `PIECES`.
    """
    names = [name for piece in pieces for name in PIECES[piece]]
    return replace(recipe, **{name: getattr(_NOTHING, name) for name in names})


def step_size(schedule: str, largest: float, done: float) -> float:
    """The optimiser's step size where a share of all steps is done.

    Args:
        schedule: one of `SCHEDULES`. `cosine` falls from the largest to nothing along half a wave.
            `onecycle` rises to it over the first three tenths of the training, and then falls to a
            ten-thousandth of where it began (L. N. Smith and N. Topin, Super-Convergence,
            arXiv:1708.07120; the figures are those that PyTorch's OneCycleLR has by itself).
        largest: the largest step size.
        done: the share, 0 to 1.
    """
    if schedule == "cosine":
        return _along_a_wave(largest, 0.0, done)
    if schedule == "onecycle":
        first = largest / _FIRST_DIVISOR
        if done < _WARM_UP:
            return _along_a_wave(first, largest, done / _WARM_UP)
        return _along_a_wave(largest, first / _LAST_DIVISOR, (done - _WARM_UP) / (1 - _WARM_UP))
    return largest


def _along_a_wave(begin: float, end: float, done: float) -> float:
    return end + (begin - end) * (1 + cos(pi * done)) / 2
