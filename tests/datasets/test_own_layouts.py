"""How people lay out sounds, and what is understood of it: classes, folds, and what is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from esc10 import datasets
from esc10.datasets.own.build import make_own
from esc10.datasets.own.preview import Preview, previews_of
from esc10.errors import DatasetError
from tests.support.own_datasets import THREE, made, refusal
from tests.support.own_sounds import numbered, sound, sounds, zip_of

Files = dict[str, bytes]


def looked_at(files: Files) -> tuple[Preview, ...]:
    return previews_of(zip_of(files))


def classes_of(preview: Preview) -> dict[str, int]:
    return {row.name: row.sounds for row in preview.classes}


def folds_of(dataset: datasets.Dataset) -> dict[str, list[int]]:
    """The folds of each class's clips, in order."""
    return {
        name: sorted(clip.fold for clip in dataset.clips if clip.category == name)
        for name in dataset.classes
    }


# Folders of a split


SPLITS = {
    "train and test": ({"train": 4, "test": 2}, {5: 2}),
    "three parts": ({"Training": 3, "val": 2, "TEST": 2}, {4: 2, 5: 2}),
    "train and validation": ({"train": 4, "validation": 2}, {4: 2}),
}


@pytest.mark.parametrize("way", ["around", "inside"])
@pytest.mark.parametrize("parts", SPLITS)
def test_folders_of_a_split_are_no_classes_and_stay_apart(parts: str, way: str) -> None:
    clips, expected = SPLITS[parts]
    path = "all/{part}/{name}/{clip}.wav" if way == "around" else "all/{name}/{part}/{clip}.wav"
    files = sounds(
        path.format(part=part, name=name, clip=clip)
        for part, count in clips.items()
        for name in THREE
        for clip in range(count)
    )
    dataset, described = made(files)
    assert dataset.classes == THREE
    assert described.folds == "within the split"
    assert "Their split is kept" in described.summary
    for folds in folds_of(dataset).values():
        assert {fold: folds.count(fold) for fold in expected} == expected
        assert {1, 2, 3} & set(folds)


@pytest.mark.parametrize("folders", ["fold{}", "Fold {}", "split_{:02}", "cv-{}"])
@pytest.mark.parametrize("count", [5, 10])
def test_folders_of_folds_are_folds(folders: str, count: int) -> None:
    files = sounds(
        f"{folders.format(fold)}/{name}/{fold}{take}.wav"
        for fold in range(1, count + 1)
        for name in ("dog", "rain")
        for take in "xy"
    )
    dataset, described = made(files)
    assert dataset.classes == ("dog", "rain")
    assert described.folds == "as given"
    assert folds_of(dataset)["dog"] == sorted([1, 2, 3, 4, 5] * (2 * count // 5))


def test_folds_from_nought_are_folds_from_one() -> None:
    files = sounds(f"fold{fold}/{name}/a.wav" for fold in range(5) for name in ("dog", "rain"))
    dataset, described = made(files)
    assert described.folds == "as given"
    assert folds_of(dataset)["dog"] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("folders", [("train_data", "test_data"), ("training set", "Test Set")])
def test_a_parts_folder_may_say_that_it_holds_data(folders: tuple[str, str]) -> None:
    names = [f"{folder}/{name}" for folder in folders for name in THREE]
    preview = looked_at(sounds(numbered(names, 3)))[0]
    assert classes_of(preview) == dict.fromkeys(THREE, 6)
    assert "Their split is kept (9 train, 9 test)" in preview.understood


@pytest.mark.parametrize("rates", [("16kHz", "44.1 kHz"), ("16000", "44100"), ("22k", "48000Hz")])
def test_copies_at_two_rates_are_of_one_recording_and_rates_no_classes(
    rates: tuple[str, str],
) -> None:
    files = sounds(numbered([f"{rate}/{name}" for rate in rates for name in THREE], 5))
    assert [row.recordings for row in looked_at(files)[0].classes] == [5, 5, 5]
    dataset, _ = made(files)
    assert dataset.classes == THREE
    folds: dict[int, set[int]] = {}
    for clip in dataset.clips:
        folds.setdefault(clip.src_file, set()).add(clip.fold)
    assert [len(of_one) for of_one in folds.values()] == [1] * 15


def test_what_there_is_instead_of_sounds_is_said(home: Path) -> None:
    inside = refusal(zip_of({"all/dogs.zip": zip_of(sounds(numbered(THREE, 3)))}), home)
    assert "dogs.zip is an archive in itself: unpack it first." in inside
    listed = sounds(["001.wav"]) | {"notes.csv": b"day,weather\n1,fine"}
    assert "No sound here is listed, with a class, in notes.csv." in refusal(zip_of(listed), home)


def test_a_train_among_other_classes_is_a_class() -> None:
    dataset, _ = made(sounds(numbered(("car", "train", "plane"), 3)))
    assert dataset.classes == ("car", "plane", "train")


def test_a_part_that_lacks_a_class_is_no_reason_to_refuse_it() -> None:
    files = sounds(numbered(("train/dog", "train/rain", "test/dog"), 4))
    dataset, described = made(files)
    assert set(folds_of(dataset)["rain"]) >= {4, 5}
    assert "The clips of rain come from too few recordings" not in described.summary


# Published datasets


def urban_sounds(folds: int = 5) -> tuple[Files, bytes]:
    """A small UrbanSound8K, and its table."""
    rows = ["slice_file_name,fsID,start,end,salience,fold,classID,class"]
    names = []
    for fold in range(1, folds + 1):
        for number, name in ((3, "dog_bark"), (7, "jackhammer"), (8, "siren")):
            for take in range(2):
                slice_name = f"{1000 * fold + number}-{number}-0-{take}.wav"
                names.append(f"UrbanSound8K/audio/fold{fold}/{slice_name}")
                rows.append(f"{slice_name},{1000 * fold + number},0,4,1,{fold},{number},{name}")
    return sounds(names), "\n".join(rows).encode()


@pytest.mark.parametrize("with_table", [True, False])
@pytest.mark.parametrize("folds", [5, 10])
def test_urban_sounds_have_their_classes_folds_and_recordings(with_table: bool, folds: int) -> None:
    files, table = urban_sounds(folds)
    if with_table:
        files["UrbanSound8K/metadata/UrbanSound8K.csv"] = table
    dataset, described = made(files)
    assert dataset.classes == ("dog_bark", "jackhammer", "siren")
    assert described.folds == "as given"
    assert folds_of(dataset)["siren"] == sorted([1, 2, 3, 4, 5] * (2 * folds // 5))
    assert len({clip.src_file for clip in dataset.clips}) == 3 * folds


ESC50 = [
    (f"{fold}-{100 + 10 * target + fold}-A-{target}.wav", fold, target, name)
    for target, name in ((0, "dog"), (10, "rain"))
    for fold in range(1, 6)
]
ESC50_TABLE = "\n".join(
    [
        "filename,fold,target,category,esc10,src_file,take",
        *(
            f"{file},{fold},{target},{name},True,1{fold}{target},A"
            for file, fold, target, name in ESC50
        ),
    ]
).encode()


@pytest.mark.parametrize(
    ("audio", "table"),
    [
        ("ESC-50-master/audio/", "ESC-50-master/meta/esc50.csv"),
        ("audio/audio/", "esc50.csv"),
        ("audio/audio/44100/", "esc50.csv"),
        ("", "meta.csv"),
    ],
)
def test_esc_50_and_its_copies_are_what_their_table_says(audio: str, table: str) -> None:
    files = sounds(audio + file for file, *_ in ESC50)
    dataset, described = made({**files, table: ESC50_TABLE})
    assert dataset.classes == ("dog", "rain")
    assert described.folds == "as given"
    assert folds_of(dataset) == {"dog": [1, 2, 3, 4, 5], "rain": [1, 2, 3, 4, 5]}
    assert "No files were left out" in described.summary


def test_a_second_set_of_the_same_files_deeper_inside_is_not_taken_for_the_first() -> None:
    files = sounds(f"audio/audio/{file}" for file, *_ in ESC50)
    files |= {
        f"audio/audio/16000/{file}": sound(99 + place) for place, (file, *_) in enumerate(ESC50)
    }
    dataset, described = made({**files, "esc50.csv": ESC50_TABLE})
    assert len(dataset.clips) == 10
    assert "10 of no class (10 .wav)" in described.summary


def test_esc_50s_names_alone_tell_its_classes() -> None:
    dataset, described = made(sounds(f"audio/{file}" for file, *_ in ESC50))
    assert dataset.classes == ("dog", "rain")
    assert described.folds == "as given"


# Tables


NAMES = [f"clip{place}.wav" for place in range(8)]
LABELS = ["Hähne" if place < 4 else "Küche" for place in range(8)]


def table(delimiter: str, head: tuple[str, str] | None, column: str = "{}") -> str:
    rows = [
        delimiter.join((column.format(n), label)) for n, label in zip(NAMES, LABELS, strict=True)
    ]
    return "\n".join([delimiter.join(head), *rows] if head else rows)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize(
    "head", [("filename", "label"), ("File Name", "Class"), ("path", "species"), None]
)
def test_a_table_in_any_spelling(
    delimiter: str, encoding: str, head: tuple[str, str] | None
) -> None:
    files = sounds(f"top/sounds/{name}" for name in NAMES)
    files["top/labels.csv"] = table(delimiter, head).encode(encoding)
    dataset, described = made(files)
    assert dataset.classes == ("Hähne", "Küche")
    assert np.bincount(dataset.labels).tolist() == [4, 4]
    assert "The classes are those of the table top/labels.csv." in described.summary


@pytest.mark.parametrize(
    "column", ["sounds/{}", "./sounds/{}", "sounds\\{}", "D:\\me\\{}", "/home/me/{}"]
)
def test_paths_in_a_table_are_found_by_what_is_left_of_them(column: str) -> None:
    files = sounds(f"top/sounds/{name}" for name in NAMES)
    files["top/labels.csv"] = table(",", ("file", "class"), column).encode()
    assert len(made(files)[0].clips) == 8


def test_names_in_a_table_may_lack_their_ending() -> None:
    files = sounds(f"sounds/{name}" for name in NAMES)
    files["labels.csv"] = (
        table(",", ("id", "label")).replace(".wav", "").replace("id", "name").encode()
    )
    assert len(made(files)[0].clips) == 8


def test_a_tables_split_is_kept() -> None:
    rows = [f"{n},{label},{'train' if place % 4 < 3 else 'test'}"
            for place, (n, label) in enumerate(zip(NAMES, LABELS, strict=True))]  # fmt: skip
    files = sounds(f"sounds/{name}" for name in NAMES)
    files["labels.csv"] = "\n".join(["filename,label,split", *rows]).encode()
    dataset, described = made(files)
    assert described.folds == "within the split"
    assert [folds.count(5) for folds in folds_of(dataset).values()] == [1, 1]


def test_two_tables_are_the_two_parts() -> None:
    rows = [f"{n},{label}" for n, label in zip(NAMES, LABELS, strict=True)]
    files = sounds(f"sounds/{name}" for name in NAMES)
    for part, some in (("train", [0, 1, 2, 4, 5, 6]), ("test", [3, 7])):
        files[f"{part}.csv"] = "\n".join(
            ["filename,label", *(rows[place] for place in some)]
        ).encode()
    dataset, described = made(files)
    assert described.folds == "within the split"
    assert [folds.count(5) for folds in folds_of(dataset).values()] == [1, 1]


def test_a_file_with_two_labels_is_named_and_left_out() -> None:
    files = sounds(f"sounds/{name}" for name in NAMES)
    files["labels.csv"] = (table(",", ("filename", "label")) + "\nclip0.wav,Küche").encode()
    dataset, described = made(files)
    assert len(dataset.clips) == 7
    assert described.skipped == ("sounds/clip0.wav has 2 classes (Hähne, Küche).",)
    assert "1 of two classes (1 .wav)" in described.summary


def test_a_table_of_something_else_is_no_table_of_sounds() -> None:
    files = sounds(numbered(THREE, 3))
    files |= {
        "features.csv": b"filename,label\nx1,1\nx2,2",
        "notes.csv": b"\x81\xff\n",
        "a.txt": b"",
    }
    dataset, described = made(files)
    assert dataset.classes == THREE
    assert "The classes are the folders" in described.summary


# Names


@pytest.mark.parametrize(
    "pattern",
    ["{}_{:03}.wav", "{}{}.wav", "{} ({}).wav", "{}-{}-b.wav", "{1:03}_{0}.wav", "{1}. {0}.wav"],
)
def test_a_flat_folder_with_the_class_in_each_name(pattern: str) -> None:
    files = sounds(pattern.format(name, n) for name in ("dog", "sea waves") for n in range(1, 5))
    dataset, described = made(files)
    assert dataset.classes == ("dog", "sea waves")
    assert np.bincount(dataset.labels).tolist() == [4, 4]
    assert "The class is in each file's name" in described.summary


def test_a_split_without_folders_of_classes_has_the_class_in_each_name() -> None:
    files = sounds(
        f"{part}/{name}_{n}.wav"
        for part, count in (("train", 4), ("test", 2))
        for name in ("dog", "rain")
        for n in range(count)
    )
    dataset, described = made(files)
    assert dataset.classes == ("dog", "rain")
    assert described.folds == "within the split"


@pytest.mark.parametrize("names", [["a.wav", "b.wav", "c.wav"], [f"{n}.wav" for n in range(9)]])
def test_names_without_classes_are_a_sentence(home: Path, names: list[str]) -> None:
    assert "holds no sounds in folders" in refusal(zip_of(sounds(names)), home)


# Another reading


def test_another_reading_may_be_chosen() -> None:
    files = sounds(
        f"{city}/{name}/{n}.wav"
        for city in ("Bonn", "Ulm")
        for name in ("dog", "rain")
        for n in "abc"
    )
    cities, kinds = looked_at(files)
    assert classes_of(cities) == {"Bonn": 6, "Ulm": 6}
    assert classes_of(kinds) == {"dog": 6, "rain": 6}
    key = make_own(zip_of(files), "Mine", reading=kinds.key)
    assert datasets.load_dataset(key).classes == ("dog", "rain")


def test_a_reading_that_there_is_not_is_a_sentence() -> None:
    with pytest.raises(
        DatasetError, match=r"cannot be read by 'names'. Choose one of: folders-1\."
    ):
        make_own(zip_of(sounds(numbered(THREE, 3))), "Mine", reading="names")


def test_ways_that_come_to_the_same_are_one() -> None:
    files = sounds(f"{name}/{name}_{n}.wav" for name in THREE for n in range(3))
    assert [preview.key for preview in looked_at(files)] == ["folders-1"]


def test_a_preview_says_what_would_come_of_it() -> None:
    files = sounds(
        f"{name}/{name}-{n}-{take}.wav" for name in THREE for n in range(3) for take in "ab"
    )
    (preview,) = looked_at({**files, "stray.wav": sound(9), "README": b"x", "a.zip": b"x"})
    assert classes_of(preview) == dict.fromkeys(THREE, 6)
    assert {row.recordings for row in preview.classes} == {3}
    assert preview.aside == (
        "2 files were left out: 1 of no class (1 .wav); 1 archives inside (1 .zip). "
        "1 other file is not a sound (1 no ending). "
        "Whether each file can be read is found out when the dataset is made."
    )
