"""The folds of own sounds: recordings stay together, and every class is served."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from esc10 import datasets
from esc10.datasets.own.folds import make_folds
from esc10.datasets.splits import fold_split, lab_split, leaking
from esc10.errors import RunError
from tests.support.own_datasets import (
    THREE,
    assert_every_class_is_served,
    folds_by_class,
    made,
)
from tests.support.own_sounds import numbered, sounds

# Folds


def recordings_by_fold(dataset: datasets.Dataset) -> dict[str, set[int]]:
    found = defaultdict(set)
    for clip in dataset.clips:
        found[clip.src_file].add(clip.fold)
    return found


@pytest.mark.parametrize(
    "pattern",
    ["dog-{r}-{letter}.wav", "{r}_{letter}.wav", "bark{r}_take{t}.wav", "b {r} Take-{t}.wav"],
)
def test_recordings_that_names_tell_stay_together(pattern: str) -> None:
    names = [
        f"{category}/{pattern.format(r=r, t=t, letter='ab'[t])}"
        for category in ("dog", "rain")
        for r in range(5)
        for t in range(2)
    ]
    dataset, described = made(sounds(names))
    assert described.folds == "by recording"
    assert "(20 of 20 clips)" in described.summary
    assert dataset.source.recordings_known
    by_recording = recordings_by_fold(dataset)
    assert len(by_recording) == 10
    assert {len(folds) for folds in by_recording.values()} == {1}
    assert {tuple(sorted(folds.values())) for folds in folds_by_class(dataset).values()} == {
        (2, 2, 2, 2, 2)
    }
    split = fold_split(dataset, 4, 5).names(dataset)
    assert not leaking(split, "validation")
    assert not leaking(split, "test")


def test_esc50s_names_tell_folds_and_recordings() -> None:
    names = [f"{kind}/{fold}-{fold}77-A-{kind}.wav" for kind in (3, 4) for fold in range(1, 6)]
    dataset, described = made(sounds(names))
    assert described.folds == "as given"
    # A recording that is in two classes is still one.
    assert len(recordings_by_fold(dataset)) == 5


def test_folds_that_leave_a_class_untested_are_made_anew() -> None:
    names = [f"{kind}/1-{place}-A-{kind}.wav" for kind in (3, 4) for place in range(5)]
    dataset, described = made(sounds(names))
    assert described.folds == "by recording"
    assert_every_class_is_served(dataset)


def test_names_that_tell_nothing_are_not_guessed_at() -> None:
    names = [f"{kind}/{name}.wav" for kind in ("a", "b") for name in ("x1", "x2", "kitchen", "b12")]
    dataset, described = made(sounds(names))
    assert described.folds == "at random"
    assert len(recordings_by_fold(dataset)) == 8
    assert not dataset.source.recordings_known


def test_folds_that_came_along_tell_no_recordings() -> None:
    names = [
        f"fold{fold}/{kind}/{letter}.wav"
        for fold in range(1, 6)
        for kind in "ab"
        for letter in "xy"
    ]
    dataset, described = made(sounds(names))
    assert described.folds == "as given"
    assert not dataset.source.recordings_known


def test_a_class_of_one_recording_is_parted_and_leaks() -> None:
    names = [f"dog/walk-1-{letter}.wav" for letter in "abcdef"]
    names += [f"rain/day-{day}-a.wav" for day in range(6)]
    dataset, described = made(sounds(names))
    assert_every_class_is_served(dataset)
    assert "The clips of dog come from too few recordings" in described.summary
    split = fold_split(dataset, 4, 5)
    assert all("-0.wav" in name for name in leaking(split.names(dataset), "test"))
    assert leaking(split.names(dataset), "test")


def test_a_recording_of_many_takes_has_names_for_all() -> None:
    names = [f"dog/walk_take{place}.wav" for place in range(30)] + numbered(("rain",), 3)
    dataset, _ = made(sounds(names))
    assert {"A", "Z", "AA", "AD"} <= {clip.take for clip in dataset.clips}


def test_the_largest_recording_trains() -> None:
    recordings = ["big"] * 20 + ["one", "two"]
    folds = make_folds([0] * 22, recordings, [None] * 22)
    assert sorted(Counter(folds.folds).values()) == [1, 1, 20]
    assert Counter(folds.folds)[4] == Counter(folds.folds)[5] == 1


@pytest.mark.parametrize("clips", range(3, 12))
def test_random_folds_are_even(clips: int) -> None:
    labels = [place % 4 for place in range(4 * clips)]
    folds = make_folds(labels, [None] * len(labels), [None] * len(labels))
    assert folds.how == "at random"
    for label in range(4):
        counts = Counter(
            fold for fold, other in zip(folds.folds, labels, strict=True) if other == label
        )
        assert {1, 4, 5} <= set(counts) | ({1} if counts[2] or counts[3] else set())
        assert max(counts.values()) - min(counts[fold] for fold in range(1, 6)) <= 1


def test_the_labs_split_works_or_says_why_not() -> None:
    large, _ = made(sounds(numbered(("dog", "rain"), 10)), "Large")
    split = lab_split(large, 4, 5)
    assert sum(map(len, split.parts.values())) == 20
    assert all(len(indices) for indices in split.parts.values())
    small, _ = made(sounds(numbered(THREE, 3)), "Small")
    with pytest.raises(RunError, match=r"^Small has too few clips in some class for the lab's"):
        lab_split(small, 4, 5)


def test_folds_without_clips_are_a_sentence() -> None:
    dataset, _ = made(sounds(numbered(("a", "b"), 3)))
    with pytest.raises(RunError, match="No clip of Mine is left for validation, if fold 3"):
        fold_split(dataset, 3, 5)
