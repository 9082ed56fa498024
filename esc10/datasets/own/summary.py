"""What is said of an own dataset: how it was made."""

from __future__ import annotations

from collections.abc import Sequence

from esc10.audio.loading import CLIP_SECONDS, SAMPLE_RATE
from esc10.datasets.own.folds import AS_GIVEN, AS_SPLIT, AT_RANDOM, Folds

_CLASSES_NAMED = 3


def summary_of(
    seconds: Sequence[float],
    told: Sequence[str | None],
    folds: Folds,
    classes: Sequence[str],
    said: tuple[str, str],
) -> str:
    """In sentences, what was done to the sounds.

    Args:
        seconds: how long each was.
        told: the recording each comes from, where that is known.
        folds: their folds.
        classes: the class names.
        said: in sentences, how the files were understood, and which were left out.
    """
    shortened = sum(length > CLIP_SECONDS for length in seconds)
    padded = sum(length < CLIP_SECONDS for length in seconds)
    done = [f"{shortened} shortened to their first {CLIP_SECONDS:g} s"] if shortened else []
    done += [f"{padded} padded with silence"] if padded else []
    how = f": {', '.join(done)}" if done else ""
    understood, left_out = said
    return (
        f"{understood} {len(classes)} classes, {len(seconds)} clips. Each was fixed to "
        f"{CLIP_SECONDS:g} s of mono at {SAMPLE_RATE:,} Hz{how}. {left_out} "
        + _describe_folds(folds, told, classes)
    )


def _describe_folds(folds: Folds, told: Sequence[str | None], classes: Sequence[str]) -> str:
    if folds.how == AS_GIVEN:
        return "The folds are those the clips came with."
    if folds.how == AS_SPLIT:
        return "Clips stay in the part of the split they came in: test clips are fold 5."
    if folds.how == AT_RANDOM:
        return (
            "No name tells its recording, so the folds were drawn at random for each class: if "
            "several clips were cut from one recording, the figures flatter."
        )
    known = sum(recording is not None for recording in told)
    text = (
        "The folds keep clips of one recording together, as far as the recordings are known "
        f"({known} of {len(told)} clips)."
    )
    if folds.parted:
        named = ", ".join(classes[label] for label in folds.parted[:_CLASSES_NAMED])
        more = " and others" if len(folds.parted) > _CLASSES_NAMED else ""
        text += (
            f" The clips of {named}{more} come from too few recordings for that; theirs were drawn "
            "at random, and leak."
        )
    return text
