"""The practice sounds: their plan, that they are reproducible, and that classes differ."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.datasets.practice import plan as practice

TARGETS = {0, 1, 10, 11, 12, 20, 21, 38, 40, 41}
FOLDS = {1, 2, 3, 4, 5}
RAIN, CRYING_BABY, CLOCK_TICK, HELICOPTER = 10, 20, 38, 40


class Name(NamedTuple):
    """What a file name says."""

    fold: int
    source: int
    take: str
    target: int


def parsed(filename: str) -> Name:
    """The parts of a file name."""
    fold, source, take, target = filename.removesuffix(".wav").split("-")
    return Name(int(fold), int(source), take, int(target))


def of_class(target: int) -> list[str]:
    """The names of all clips of a class, sorted."""
    return [name for name in practice.filenames() if parsed(name).target == target]


def two_takes(target: int) -> tuple[str, str]:
    """The takes A and B of the first recording of a class that has both."""
    second = next(name for name in of_class(target) if parsed(name).take == "B")
    return second.replace("-B-", "-A-"), second


def digest(filename: str) -> str:
    """A checksum of the samples of a clip."""
    return hashlib.sha256(practice.waveform(filename).tobytes()).hexdigest()


def centroid(sound: NDArray[np.float32]) -> float:
    """The mean frequency of the power spectrum, in Hz."""
    power = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(sound.size, 1 / practice.SAMPLE_RATE)
    return float(np.sum(hertz * power) / np.sum(power))


def crest(sound: NDArray[np.float32]) -> float:
    """The highest sample relative to the root mean square."""
    return float(np.abs(sound).max() / np.sqrt(np.mean(sound.astype(np.float64) ** 2)))


def median_over(target: int, measure: Callable[[NDArray[np.float32]], float]) -> float:
    """The median of a measure over every fifth clip of a class."""
    return float(np.median([measure(practice.waveform(name)) for name in of_class(target)[::5]]))


def test_the_format_is_that_of_esc_50() -> None:
    """Five seconds at 44,100 Hz."""
    assert practice.SAMPLE_RATE == 44_100
    assert practice.SAMPLES == 5 * practice.SAMPLE_RATE


def test_names_are_sorted_and_unique() -> None:
    """400 names, none twice."""
    names = practice.filenames()
    assert len(names) == 400
    assert names == sorted(set(names))


def test_each_class_has_eight_clips_in_each_fold() -> None:
    """Ten classes, five folds, and no other combination."""
    counts = Counter((name.target, name.fold) for name in map(parsed, practice.filenames()))
    assert counts == {(target, fold): 8 for target in TARGETS for fold in FOLDS}


def test_a_source_belongs_to_one_fold_and_one_class() -> None:
    """Takes of one recording in two folds would leak from training into testing."""
    homes = defaultdict(set)
    for name in map(parsed, practice.filenames()):
        homes[name.source].add((name.fold, name.target))
    assert len(homes) == 10 * 5 * 6
    assert all(len(home) == 1 for home in homes.values())


def test_two_of_six_recordings_have_two_takes() -> None:
    """Two recordings with A and B and four with A alone make eight clips."""
    takes = defaultdict(list)
    for name in map(parsed, practice.filenames()):
        takes[name.target, name.fold, name.source].append(name.take)
    patterns = defaultdict(list)
    for (target, fold, _), letters in takes.items():
        patterns[target, fold].append("".join(sorted(letters)))
    assert len(patterns) == 50
    assert all(sorted(p) == ["A", "A", "A", "A", "AB", "AB"] for p in patterns.values())


def test_a_clip_depends_on_its_name_alone() -> None:
    """The same samples whatever was computed before."""
    names = [of_class(target)[3] for target in sorted(TARGETS)]
    forwards = {name: digest(name) for name in names}
    backwards = {name: digest(name) for name in reversed(names)}
    assert forwards == backwards


def test_a_clip_depends_on_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another seed gives other samples under the same name."""
    name = of_class(RAIN)[0]
    before = digest(name)
    monkeypatch.setattr(practice, "SEED", practice.SEED + 1)
    assert digest(name) != before


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_takes_and_recordings_all_differ(target: int) -> None:
    """No clip is a copy of another."""
    first, second = two_takes(target)
    other = next(n for n in of_class(target) if parsed(n).source != parsed(first).source)
    assert len({digest(first), digest(second), digest(other)}) == 3


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_takes_of_a_recording_share_its_character(target: int) -> None:
    """Both takes have the level that was drawn for the recording."""
    # The level is one of the things drawn once per recording, and the one easiest to measure.
    first, second = (np.abs(practice.waveform(name)).max() for name in two_takes(target))
    assert first == pytest.approx(second, rel=1e-5)


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_a_clip_is_sound(target: int) -> None:
    """Shape, type, range, loudness, no offset and no click at either end."""
    sound = practice.waveform(of_class(target)[0])
    assert sound.shape == (practice.SAMPLES,)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    peak = np.abs(sound).max()
    assert 10 ** (-20.1 / 20) <= peak <= 10 ** (-0.9 / 20)
    assert np.sqrt(np.mean(sound**2)) > 1e-3
    assert abs(np.mean(sound)) < 0.01 * peak
    assert sound[0] == 0
    assert sound[-1] == 0


@pytest.mark.parametrize(
    "filename",
    ["", "rain.wav", "1-9000001-C-0.wav", "2-9000001-A-0.wav", "1-100032-A-0.wav", "../x.wav"],
)
def test_an_unknown_name_is_refused(filename: str) -> None:
    """Wrong take, wrong fold, a name of ESC-50 itself, or no name at all."""
    with pytest.raises(ValueError, match="no practice clip named"):
        practice.waveform(filename)


def test_rain_is_brighter_than_a_helicopter() -> None:
    """The clearest difference in the spectrum."""
    assert median_over(RAIN, centroid) > 3 * median_over(HELICOPTER, centroid)


def test_a_clock_is_sparser_than_rain() -> None:
    """The clearest difference in time."""
    assert median_over(CLOCK_TICK, crest) > 1.5 * median_over(RAIN, crest)


def test_a_baby_is_brighter_than_a_helicopter_and_duller_than_rain() -> None:
    """A voice lies between a rotor and noise."""
    helicopter, baby, rain = (median_over(t, centroid) for t in (HELICOPTER, CRYING_BABY, RAIN))
    assert helicopter < baby < rain
