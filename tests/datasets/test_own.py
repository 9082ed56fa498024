"""Own sounds as a dataset: every way in, whole or not at all."""

from __future__ import annotations

import io
import json
import os
import time
import unicodedata
from pathlib import Path

import numpy as np
import pytest
import soundfile

from esc10 import datasets
from esc10.datasets.description import own_descriptions
from esc10.datasets.names import are_class_names, class_name, class_names, is_own, plain_words
from esc10.datasets.own.build import delete_own, make_own
from esc10.errors import Cancelled, DatasetError
from esc10.features.cache import cache_path, feature_set
from esc10.features.mel import MelConfig
from esc10.progress import Progress
from tests.support.own_datasets import (
    THREE,
    assert_every_class_is_served,
    folds_by_class,
    left_in,
    made,
    refusal,
)
from tests.support.own_sounds import RATE, folder_of, numbered, sound, sounds, zip_of

# Ways in


@pytest.mark.parametrize("way", ["folder", "zip", "bytes"])
@pytest.mark.parametrize("wrapping", ["", "my sounds/", "a/b/"])
def test_a_folder_for_each_class(tmp_path: Path, home: Path, way: str, wrapping: str) -> None:
    files = {wrapping + name: content for name, content in sounds(numbered(THREE, 4)).items()}
    files |= {"__MACOSX/dog/._0.wav": b"x", f"{wrapping}dog/.hidden.wav": b"x"}
    source: Path | bytes = zip_of(files)
    if way == "folder":
        source = folder_of(files, tmp_path / "in")
    elif way == "zip":
        (tmp_path / "in.zip").write_bytes(zip_of(files))
        source = tmp_path / "in.zip"
    seen: list[Progress] = []
    key = make_own(source, "My kitchen", seen.append)
    assert is_own(key)
    assert key.startswith("own-my-kitchen-")
    assert left_in(home) == [key]
    assert [progress.files for progress in seen] == list(range(13))
    dataset = datasets.load_dataset(key)
    assert dataset.classes == THREE
    assert np.bincount(dataset.labels).tolist() == [4, 4, 4]
    assert [clip.category for clip in dataset.clips] == [THREE[label] for label in dataset.labels]
    assert not any(clip.esc10 for clip in dataset.clips)
    assert dataset.source.recording_url(dataset.clips[0]) is None
    assert_every_class_is_served(dataset)
    assert list(datasets.sources()) == ["practice", "esc10", "animals", key]


def test_clips_are_fixed_to_five_seconds_of_mono(home: Path) -> None:
    files = sounds(numbered(("dog", "rain"), 3))
    stereo = io.BytesIO()
    soundfile.write(stereo, np.full((6 * 44_100, 2), 0.5), 44_100, format="FLAC")
    loud = io.BytesIO()
    soundfile.write(loud, np.full(RATE, 4.0), RATE, format="WAV", subtype="FLOAT")
    files |= {"dog/long.flac": stereo.getvalue(), "rain/loud.wav": loud.getvalue()}
    files |= {"rain/exact.wav": sound(3, seconds=5.0), "dog/some.mp3": sound(4, format="MP3")}
    dataset, described = made(files)
    for clip in dataset.clips:
        info = soundfile.info(clip.path)
        assert (info.samplerate, info.channels, info.frames) == (22_050, 1, 110_250)
        assert info.subtype == "PCM_16"
        assert np.abs(soundfile.read(clip.path)[0]).max() <= 1
    assert "22,050 Hz: 1 shortened to their first 5 s, 8 padded with silence." in described.summary
    assert "No files were left out" in described.summary


def esc50_table(names: list[str], columns: str = "filename,fold,target,category") -> bytes:
    rows = [columns]
    for place, name in enumerate(names):
        rows.append(f"{name},{1 + place % 5},{place // 5},class {'ab'[place // 5]}")
    return "\n".join(rows).encode()


def test_a_layout_like_esc50s_with_its_own_folds() -> None:
    names = [f"clip{place}.wav" for place in range(10)]
    files = sounds(f"top/audio/{name}" for name in names)
    files["top/meta/mine.csv"] = esc50_table(names)
    dataset, described = made(files)
    assert dataset.classes == ("class a", "class b")
    assert described.folds == "as given"
    assert {tuple(sorted(folds)) for folds in folds_by_class(dataset).values()} == {(1, 2, 3, 4, 5)}


def test_a_table_without_folds_and_with_a_missing_file() -> None:
    names = [f"clip{place}.wav" for place in range(10)]
    files = sounds(f"audio/{name}" for name in names[1:])
    files |= {"audio/more.wav": sound(1)}
    table = [f"{name},{'ab'[place // 5]}" for place, name in enumerate(names)]
    files["meta/esc50.csv"] = "\n".join(["filename,category", *table]).encode("utf-8-sig")
    dataset, described = made(files)
    assert len(dataset.clips) == 9
    assert described.folds == "at random"
    assert described.skipped == (
        "audio/clip0.wav is not in the zip.",
        "audio/more.wav is in no table.",
    )


def test_a_table_that_leads_elsewhere_finds_nothing(home: Path) -> None:
    rows = ["filename,category", *(f"../../{place},{'ab'[place % 2]}" for place in range(8))]
    files = {"meta/esc50.csv": "\n".join(rows).encode(), "audio/x.wav": sound(1)}
    assert "The classes a (0), b (0) have too few usable sounds" in refusal(zip_of(files), home)


@pytest.mark.parametrize("content", [b"\xff\xfefilenam", b'filename,category\n"a'])
def test_a_table_that_is_none_is_refused(home: Path, content: bytes) -> None:
    files = {"meta/esc50.csv": content, **sounds(numbered(THREE, 3))}
    assert "meta/esc50.csv is no table of sounds" in refusal(zip_of(files), home)


def test_unreadable_files_are_left_out_and_named() -> None:
    quiet = io.BytesIO()
    soundfile.write(quiet, np.full(RATE, 0.00002), RATE, format="WAV", subtype="FLOAT")
    files = sounds(numbered(THREE, 3))
    files |= {"dog/bad.wav": b"no sound", "dog/empty.mp3": b"", "rain/quiet.wav": quiet.getvalue()}
    files |= {"dog/README.txt": b"not a sound", "stray.wav": sound(1)}
    dataset, described = made(files)
    assert len(dataset.clips) == described.clips == 9
    assert "4 files were left out" in described.summary
    told = " ".join(described.skipped)
    assert all(name in told for name in ("dog/bad.wav", "dog/empty.mp3", "rain/quiet.wav", "stray"))
    assert "README" not in told


# How many classes, how many clips


def test_fifty_classes_are_possible() -> None:
    names = [f"class {place:02}" for place in range(50)]
    dataset, _ = made(sounds(numbered(names, 3)))
    assert dataset.classes == tuple(names)
    assert_every_class_is_served(dataset)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (numbered(("dog",), 5), "holds sounds of one class (dog)"),
        (numbered([f"class {place}" for place in range(51)], 1), "holds 51 classes, and 50 are"),
        (numbered(("cat",), 2) + numbered(("dog",), 3), "The class cat has 2 usable sounds, and"),
        (numbered("edcba", 2), "The classes a (2), b (2), c (2) and others have too few usable"),
        (numbered(("dog", "!!"), 3), "has a class called '!!'"),
        (["a.wav", "b.wav"], "holds no sounds in folders"),
        (["dog/a.txt"], "holds no sounds in folders"),
        ([], "holds no sounds in folders"),
    ],
)
def test_too_little_or_too_much_is_a_sentence(home: Path, names: list[str], expected: str) -> None:
    assert expected in refusal(zip_of(sounds(names)), home)


def test_a_class_without_a_readable_sound_is_a_sentence(home: Path) -> None:
    files = {**sounds(numbered(("dog", "cat"), 3)), **dict.fromkeys(numbered(("hen",), 3), b"x")}
    sentence = refusal(zip_of(files), home)
    assert "The class hen has no usable sounds" in sentence
    assert "hen/0.wav holds no sound" in sentence


def test_more_clips_than_there_may_be_are_a_sentence(home: Path) -> None:
    files = {f"{'ab'[place % 2]}/{place}.wav": b"" for place in range(2001)}
    assert "holds 2,001 sounds, and 2,000 are the most" in refusal(zip_of(files), home)


def test_a_path_that_does_not_exist_is_a_sentence(tmp_path: Path, home: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "nothing", home)


# Names


@pytest.mark.parametrize("title", ["", "  ", "***", "\u202e"])
def test_a_title_without_letters_is_a_sentence(title: str) -> None:
    with pytest.raises(DatasetError, match="need a title"):
        make_own(zip_of(sounds(numbered(THREE, 3))), title)


def test_strange_names_become_plain_words() -> None:
    strange = ("<b>x</b>", "![y](http://z)", "$a$ :red[b]", "1", "accuracy", "dog", "=1+1")
    dataset, described = made(
        sounds(numbered([name.replace("/", "") for name in strange], 3)), "<i>"
    )
    assert described.title == "i"
    for name in dataset.classes:
        assert not set(name) & set("<>[]$:!*`\\|=#@.")
    assert {"class 1", "class accuracy", "dog"} <= set(dataset.classes)
    assert are_class_names(dataset.classes)


@pytest.mark.parametrize(
    "text",
    ["a" * 99, "e\u0301" * 50, "a (b) ", "(x", "x(", "_x_", "1e5", "nan", "true", "\u0301a", "a\0b",
     "Straße", "犬", "مرحبا", "İ", "x" * 39 + " (y)", "- - a", "2020-01-01", "", "🐕"],
)  # fmt: skip
def test_plain_words_stay_as_they_are(text: str) -> None:
    once, named = plain_words(text), class_name(text)
    assert plain_words(once) == once
    assert class_name(named) == named
    assert len(once) <= 40
    assert len(named) <= 40


def test_no_two_classes_read_the_same() -> None:
    names = class_names(["sea waves", "sea-waves", "(sea waves)", "x" * 60, "x" * 61])
    assert are_class_names(names.values())


@pytest.mark.parametrize(
    "same",
    [
        ("Dog", "dog", "DOG "),
        ("sea waves", "Sea_waves", "sea  waves"),
        ("Küche", unicodedata.normalize("NFD", "Küche"), "KÜCHE"),
    ],
)
def test_classes_that_differ_only_in_case_spaces_or_unicode_form_are_one(
    same: tuple[str, ...],
) -> None:
    names = class_names([*same, "rain"])
    assert len(set(names.values())) == 2
    files = sounds(f"{name}/{place}.wav" for name in (*same, "rain") for place in range(3))
    dataset, described = made(files)
    assert len(dataset.classes) == 2
    assert np.bincount(dataset.labels).tolist() in ([9, 3], [3, 9])
    assert "are one class" in described.summary


@pytest.mark.parametrize(
    "names",
    [["dog"], ["dog", "dog"], ["a_b", "a b"], ["dog", "<b>"], ["dog", "a" * 41], ["dog", ""]],
)
def test_what_no_own_dataset_is_called(names: list[str]) -> None:
    assert not are_class_names(names)


@pytest.mark.parametrize(
    "key", ["own-", "own-A", "own-../x", "own-a.partial", "own-a--b", "own-" + "a" * 99, "practice"]
)
def test_what_is_no_key(key: str) -> None:
    assert not is_own(key)


def test_the_same_title_twice_gets_another_key_and_another_title(home: Path) -> None:
    files = zip_of(sounds(numbered(THREE, 3)))
    keys = [make_own(files, "ESC-10"), make_own(files, "ESC-10")]
    assert len(set(keys)) == 2
    assert [datasets.source_of(key).title for key in keys] == ["ESC-10 2", "ESC-10 3"]


def test_the_same_sounds_get_the_same_clips_and_key_again(home: Path) -> None:
    files = sounds(numbered(THREE, 7))
    first, _ = made(files)
    delete_own(first.source.key)
    again, _ = made(files)
    assert again.source == first.source
    assert again.sha256 == first.sha256


# Whole or not at all


def test_a_cancelled_dataset_leaves_nothing(home: Path) -> None:
    seen: list[Progress] = []
    with pytest.raises(Cancelled, match="Nothing of it is kept"):
        make_own(
            zip_of(sounds(numbered(THREE, 20))),
            "Mine",
            seen.append,
            lambda: bool(seen) and seen[-1].files >= 20,
        )
    assert 20 <= seen[-1].files < 60
    assert left_in(home) == []


def test_what_a_killed_program_left_goes_after_a_day(home: Path) -> None:
    stages = [home / "datasets" / f"own-{name}.partial" for name in ("old-1", "new-1")]
    for stage in stages:
        folder_of({"audio/0.part": b"x"}, stage)
    os.utime(stages[0], (time.time() - 90_000,) * 2)
    dataset, _ = made(sounds(numbered(THREE, 3)))
    assert left_in(home) == sorted([dataset.source.key, stages[1].name])


def test_deleting_takes_the_cache_along_and_nothing_else(practice_home: Path) -> None:
    dataset, _ = made(sounds(numbered(THREE, 3)))
    other, _ = made(sounds(numbered(THREE, 4)))
    for one in (dataset, other):
        feature_set(one, MelConfig())
    delete_own(dataset.source.key)
    assert not cache_path(dataset, MelConfig()).exists()
    assert cache_path(other, MelConfig()).exists()
    assert left_in(practice_home) == sorted(["practice", other.source.key])


@pytest.mark.parametrize("key", ["practice", "own-not-here", "../runs", "own-x/../../runs"])
def test_only_own_datasets_are_deleted(practice_home: Path, key: str) -> None:
    with pytest.raises(DatasetError, match="There is no own dataset"):
        delete_own(key)
    assert datasets.is_whole("practice")


@pytest.mark.parametrize(
    "change",
    [
        {"classes": ["dog"]},
        {"classes": ["dog", "<b>"]},
        {"title": "<b>"},
        {"title": ""},
        {"clips": "9"},
        {"more": 1},
    ],
)
def test_a_description_that_nobody_here_wrote_is_none(change: dict[str, object]) -> None:
    dataset, _ = made(sounds(numbered(THREE, 3)))
    path = datasets.dataset_folder(dataset.source.key) / "source.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **change}), "utf-8")
    assert own_descriptions() == {}
    with pytest.raises(DatasetError, match="is not on this machine"):
        datasets.load_dataset(dataset.source.key)


def test_own_sounds_are_not_fetched() -> None:
    with pytest.raises(DatasetError, match="holds own sounds, which no host has"):
        datasets.fetch("own-dogs-ab12cd")
