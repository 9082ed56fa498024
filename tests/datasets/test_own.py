"""Own sounds as a dataset: every way in, every refusal, and runs that learn from them."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import time
import zipfile
from collections import Counter, defaultdict
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile

from esc10 import datasets
from esc10.datasets.description import Description, description_of, own_descriptions
from esc10.datasets.names import are_class_names, class_name, class_names, is_own, plain_words
from esc10.datasets.own.build import delete_own, make_own
from esc10.datasets.own.folds import make_folds
from esc10.datasets.splits import fold_split, lab_split, leaking
from esc10.errors import Cancelled, DatasetError, RunError
from esc10.evaluation.metrics import evaluate
from esc10.features.mel import MelConfig, cache_path, feature_set
from esc10.progress import Progress
from esc10.runs.exchange import import_run, run_zip
from esc10.runs.run import Run
from esc10.runs.store import load_run, runs_folder
from esc10.runs.writing import add_epoch, add_event, create_run, finish_run
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run, training_data
from tests.support.made_zips import fit
from tests.support.own_sounds import RATE, folder_of, numbered, sound, sounds, zip_of

THREE = ("dog", "rain", "sea_waves")


def made(files: dict[str, bytes], title: str = "Mine") -> tuple[datasets.Dataset, Description]:
    """The dataset that a zip of these files becomes."""
    key = make_own(zip_of(files), title)
    described = description_of(key)
    assert described is not None
    return datasets.load_dataset(key), described


def refusal(source: Path | bytes, home: Path) -> str:
    """The sentence of a refusal that leaves nothing behind."""
    with pytest.raises(DatasetError) as caught:
        make_own(source, "Mine")
    assert left_in(home) == []
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert len(sentence) < 400
    return sentence


def left_in(home: Path) -> list[str]:
    folder = home / "datasets"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def folds_by_class(dataset: datasets.Dataset) -> dict[str, Counter[int]]:
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for clip in dataset.clips:
        found[clip.category][clip.fold] += 1
    return found


def assert_every_class_is_served(dataset: datasets.Dataset) -> None:
    for folds in folds_by_class(dataset).values():
        assert folds[4]
        assert folds[5]
        assert folds[1] + folds[2] + folds[3]


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
    assert "1 shortened to their first 5 s, 8 padded with silence" in described.summary
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
        "audio/more.wav belongs to no class.",
    )


def test_a_table_that_leads_elsewhere_finds_nothing(home: Path) -> None:
    rows = ["filename,category", *(f"../../{place},{'ab'[place % 2]}" for place in range(8))]
    files = {"meta/esc50.csv": "\n".join(rows).encode(), "audio/x.wav": sound(1)}
    assert "The class a has no usable sounds" in refusal(zip_of(files), home)


@pytest.mark.parametrize("content", [b"\xff\xfefilename", b'filename,category\n"a'])
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
        (numbered(("dog", "cat"), 2), "The class cat has 2 usable sounds, and needs at least 3"),
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
    assert "hen/0.wav is not a sound" in sentence


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
    names = class_names(["Sea waves", "sea_waves", "SEA  waves", "x" * 60, "x" * 61])
    assert are_class_names(names.values())


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


# Hostile zips


@pytest.mark.parametrize("name", ["../dog/1.wav", "/dog/1.wav", "C:/dog/1.wav", "..\\dog\\1.wav"])
def test_a_path_that_leads_outside_is_refused(home: Path, name: str) -> None:
    assert "leads outside" in refusal(zip_of({name: sound(1), **sounds(numbered(THREE, 3))}), home)


def test_a_link_is_refused(home: Path) -> None:
    content = io.BytesIO(zip_of(sounds(numbered(THREE, 3))))
    with zipfile.ZipFile(content, "a") as archive:
        info = zipfile.ZipInfo("dog/link.wav")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert "dog/link.wav is a link or a device" in refusal(content.getvalue(), home)


def test_an_encrypted_zip_is_refused(home: Path) -> None:
    content = bytearray(zip_of(sounds(numbered(THREE, 3))))
    place = content.index(b"PK\1\2")
    content[place + 8] |= 1
    assert "is encrypted" in refusal(bytes(content), home)


def test_a_sound_that_claims_to_be_huge_is_left_out() -> None:
    files = sounds(numbered(THREE, 3))
    bomb = zip_of({**files, "dog/bomb.wav": bytes(101 * 2**20)})
    described = description_of(make_own(bomb, "Mine"))
    assert described is not None
    (sentence,) = described.skipped
    assert sentence.startswith("dog/bomb.wav claims 105,906,176 bytes")


def test_a_zip_that_claims_to_be_huge_is_refused(home: Path) -> None:
    content = bytearray(zip_of(sounds(numbered(THREE, 3))))
    place = -1
    while (place := content.find(b"PK\1\2", place + 1)) >= 0:
        struct.pack_into("<L", content, place + 24, 2**30)
    assert "is refused: it claims 9 files of 9,663,676,416 bytes" in refusal(bytes(content), home)


def test_a_zip_of_many_files_is_refused(home: Path) -> None:
    content = zip_of({f"dog/{place}.wav": b"" for place in range(20_001)})
    assert "it claims 20,001 files" in refusal(content, home)


def test_a_zip_whose_list_is_endless_is_refused(home: Path) -> None:
    content = bytearray(zip_of(sounds(numbered(THREE, 3))))
    struct.pack_into("<L", content, content.rindex(b"PK\5\6") + 12, 2**31)
    assert "its list of files is longer" in refusal(bytes(content), home)


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all" * 99, b"PK\5\6" + bytes(17)])
def test_what_is_no_zip_is_a_sentence(home: Path, content: bytes) -> None:
    assert "is not a whole zip archive" in refusal(content, home)


def test_a_damaged_sound_inside_is_left_out() -> None:
    content = bytearray(zip_of(sounds(numbered(THREE, 4))))
    place = content.index(b"dog/2.wav") + 500
    content[place : place + 40] = bytes(40)
    described = description_of(make_own(bytes(content), "Mine"))
    assert described is not None
    assert described.skipped == ("dog/2.wav is damaged inside the zip.",)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets few people make links")
def test_links_in_a_folder_are_left_aside(tmp_path: Path) -> None:
    folder = folder_of(sounds(numbered(THREE, 3)), tmp_path / "in")
    (folder / "dog" / "link.wav").symlink_to(folder / "rain" / "1.wav")
    dataset = datasets.load_dataset(make_own(folder, "Mine"))
    assert np.bincount(dataset.labels).tolist() == [3, 3, 3]


def test_names_of_files_are_printable_in_sentences() -> None:
    files = sounds(numbered(THREE, 3)) | {"dog/\x1b[31m\n.wav": b"x", f"dog/{'x' * 200}.wav": b"x"}
    _, described = made(files)
    assert all(sentence.isprintable() and len(sentence) < 200 for sentence in described.skipped)


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


# Runs


def trained_run(dataset: datasets.Dataset) -> Run:
    """A run that really learned from a dataset, for one epoch."""
    from esc10.training.loop import train

    config = plan_run(TrainConfig(dataset.source.key, "cnn", epochs=1, batch_size=8))
    data = training_data(config)
    run = create_run(config)
    add_event(run, "started")
    finish_run(run, train(data, config.train, partial(add_epoch, run)), data.y)
    return load_run(config.run_id)


def test_a_run_on_own_sounds_outlives_them_and_travels(home: Path) -> None:
    dataset, _ = made(sounds(numbered(THREE, 8)))
    run = trained_run(dataset)
    judged = evaluate(run, "val_accuracy")
    assert judged.classes == THREE
    assert all(part.confusion.shape == (3, 3) for part in judged.parts.values())
    packed = run_zip(run)
    delete_own(dataset.source.key)
    assert evaluate(load_run(run.run_id), "val_loss").classes == THREE
    gone = datasets.source_of(run.config.train.dataset)
    assert (gone.synthetic, gone.classes, gone.own) == (False, (), True)
    with pytest.raises(DatasetError, match="is not on this machine: it was deleted"):
        training_data(run.config)
    runs_folder().rename(home / "elsewhere")
    imported = import_run(packed, fit)
    assert imported.config == run.config
    assert evaluate(imported, "val_accuracy").classes == THREE


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [
        (["dog", "rain", "<b>"], "classes that no own dataset has"),
        (["dog", "rain", "rain"], "classes that no own dataset has"),
        (["dog"], "classes that no own dataset has"),
        (["dog", "rain"], "which is no clip of the dataset own-"),
        (["dog", "rain", "a" * 41], "classes that no own dataset has"),
    ],
)
def test_a_strangers_run_on_own_sounds_is_checked(classes: list[str], sentence: str) -> None:
    from esc10.runs.exchange.checks import checked_config

    dataset, _ = made(sounds(numbered(THREE, 3)))
    config = plan_run(TrainConfig(dataset.source.key, "cnn"))
    run = create_run(config)
    delete_own(dataset.source.key)
    stored = json.loads((run.folder / "config.json").read_text("utf-8"))
    assert checked_config(json.dumps(stored).encode(), config.run_id) == config
    stored["classes"] = classes
    with pytest.raises(RunError, match=sentence):
        checked_config(json.dumps(stored).encode(), config.run_id)


def test_a_strangers_run_may_not_rename_the_classes_that_are_here() -> None:
    from esc10.runs.exchange.checks import checked_config

    dataset, _ = made(sounds(numbered(THREE, 3)))
    config = replace(plan_run(TrainConfig(dataset.source.key, "cnn")), classes=("a", "b", "c"))
    run = create_run(config)
    with pytest.raises(RunError, match="other classes than the dataset own-"):
        checked_config((run.folder / "config.json").read_bytes(), config.run_id)


# The command line


def esc10(*arguments: object, status: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "esc10", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done


def test_own_sounds_on_the_command_line(tmp_path: Path, home: Path) -> None:
    folder = folder_of(sounds(numbered(THREE, 6)), tmp_path / "in")
    (folder / "dog" / "bad.wav").write_bytes(b"x")
    made_here = json.loads(esc10("own", folder, "--title", "My dogs", "--json").stdout)
    assert made_here["classes"] == list(THREE)
    assert (made_here["clips"], made_here["folds"]) == (18, "at random")
    assert len(made_here["skipped"]) == 1
    key = made_here["dataset"]
    assert Path(made_here["folder"]) == home / "datasets" / key
    arguments = ("--dataset", key, "--model", "cnn", "--epochs", 1, "--json")
    run_id = json.loads(esc10("train", *arguments).stdout)["run_id"]
    delete_own(key)
    judged = json.loads(esc10("evaluate", run_id, "--json").stdout)
    assert judged["synthetic"] is False
    refused = esc10("train", *arguments, status=2)
    assert "invalid choice" in refused.stderr
    nothing = esc10("own", tmp_path / "nowhere", "--title", "x", status=2)
    assert "does not exist" in nothing.stderr
