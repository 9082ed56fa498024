"""Tables as competitions and spreadsheets leave them: what they list, and what they do not mean."""

from __future__ import annotations

import pytest

from esc10.datasets.own.preview import Preview, previews_of
from esc10.errors import DatasetError
from tests.support.own_datasets import (
    THREE,
    assert_every_class_is_served,
    folds_by_class,
    made,
)
from tests.support.own_sounds import sounds, zip_of

CLASSES = dict.fromkeys(THREE, 3)
NAMES = [f"{number:03}.wav" for number in range(9)]
LABELS = [THREE[number % 3] for number in range(9)]


def table(head: str, *columns: list[str]) -> bytes:
    return "\n".join([head, *map(",".join, zip(*columns, strict=True))]).encode()


def seen(files: dict[str, bytes]) -> tuple[Preview, dict[str, int]]:
    """The likeliest reading, and how many sounds it has of each class."""
    preview = previews_of(zip_of(files))[0]
    return preview, {row.name: row.sounds for row in preview.classes}


@pytest.mark.parametrize(
    "head", ["fname,labels", "path,label", "id,class_name", "Datei,Klasse", "File Name,Tags"]
)
def test_columns_have_many_names(head: str) -> None:
    preview, classes = seen(sounds(NAMES) | {"labels.csv": table(head, NAMES, LABELS)})
    assert preview.key == "table"
    assert classes == CLASSES


@pytest.mark.parametrize("head", ["label,filename,label_name", "class,filename,class_name"])
def test_names_of_classes_go_before_their_numbers(head: str) -> None:
    numbers = [str(number % 3) for number in range(9)]
    _, classes = seen(sounds(NAMES) | {"labels.csv": table(head, numbers, NAMES, LABELS)})
    assert classes == CLASSES


@pytest.mark.parametrize(
    ("listed", "lying"),
    [("a_{}.mp3", "a_{}.wav"), ("A_{}.WAV", "a_{}.wav"), ("Hähne {}.wav", "Ha\u0308hne {}.wav")],
)
def test_files_that_were_converted_or_copied_since_are_found(listed: str, lying: str) -> None:
    files = sounds(lying.format(number) for number in range(9))
    names = [listed.format(number) for number in range(9)]
    preview, classes = seen(files | {"labels.csv": table("filename,label", names, LABELS)})
    assert preview.key == "table"
    assert classes == CLASSES


def test_an_example_of_an_answer_tells_no_classes() -> None:
    """Kaggle gives one for the test clips, all of one class."""
    files = sounds([*(f"train/{name}" for name in NAMES), *(f"test/t{name}" for name in NAMES)])
    files["train.csv"] = table("fname,label", NAMES, LABELS)
    tested = [f"t{name}" for name in NAMES]
    files["sample_submission.csv"] = table("fname,label", tested, ["dog"] * 9)
    preview, classes = seen(files)
    assert classes == CLASSES
    assert "9 files were left out: 9 of no class" in preview.aside


@pytest.mark.parametrize(
    ("sound", "listing"),
    [
        ("{part}/{name}", "{part}.csv"),
        ("{part}/audio/{name}", "{part}/labels.csv"),
        ("set.audio_{part}/{part}{name}", "set.meta/{part}_post_competition.csv"),
    ],
)
def test_a_table_for_each_part_lists_its_own_files(sound: str, listing: str) -> None:
    files = {}
    for part in ("train", "test"):
        paths = [sound.format(part=part, name=name) for name in NAMES]
        files |= sounds(paths)
        names = [path.rpartition("/")[2] for path in paths]
        files[listing.format(part=part)] = table("filename,label", names, LABELS)
    preview, classes = seen(files)
    assert "Their split is kept (9 train, 9 test)" in preview.understood
    assert classes == dict.fromkeys(THREE, 6)


def test_a_table_of_the_test_clips_alone_goes_with_the_folders_of_the_others() -> None:
    paths = [f"train/{label}/{name}" for name, label in zip(NAMES, LABELS, strict=True)]
    files = sounds([*paths, *(f"test/t{name}" for name in NAMES)])
    files["test.csv"] = table("filename,label", [f"t{name}" for name in NAMES], LABELS)
    preview, classes = seen(files)
    assert "Those of 9 sounds in no table are their folders." in preview.understood
    assert "Their split is kept (9 train, 9 test)" in preview.understood
    assert classes == dict.fromkeys(THREE, 6)


def test_a_row_without_a_class_is_left_out_and_counted() -> None:
    rows = table("filename,label", NAMES, ["", *LABELS[1:]])
    preview, classes = seen(sounds(NAMES) | {"labels.csv": rows})
    assert classes == CLASSES | {"dog": 2}
    assert preview.aside.startswith("1 file was left out: 1 of no class")


# Many files that may be tables


def test_a_table_is_found_among_notes_beside_each_sound() -> None:
    paths = [f"{place}/{number:03}.wav" for place in ("home", "street") for number in range(25)]
    labels = ["dog", "rain"] * 25
    files = sounds(paths) | {path.replace(".wav", ".txt"): b"A note." for path in paths}
    preview, classes = seen(files | {"labels.csv": table("filename,label", paths, labels)})
    assert preview.key == "table"
    assert classes == {"dog": 25, "rain": 25}
    assert "Of 51 files that may be tables, 20 were looked at." in preview.aside


def test_tables_that_nobody_looked_at_are_not_said_to_list_nothing() -> None:
    files = sounds(["001.wav"])
    files |= {f"{number:02}.csv": b"day,weather\n1,fine" for number in range(30)}
    files |= {"sample_submission.csv": table("fname,label", ["001.wav"], ["dog"])}
    with pytest.raises(DatasetError) as caught:
        seen(files)
    assert "in 00.csv, 01.csv, 02.csv, 03.csv. Of 30 files that may be" in str(caught.value)
    assert "submission" not in str(caught.value)


# A table's folds


def folded(folds: list[str], column: str = "fold") -> dict[str, bytes]:
    """Two sounds of each class for each of these folds, and the table that tells them."""
    rows = [(f"{name}{place}.wav", name, fold)
            for place, fold in enumerate([*folds, *folds])
            for name in ("dog", "rain")]  # fmt: skip
    names, labels, told = (list(cells) for cells in zip(*rows, strict=True))
    return sounds(names) | {"labels.csv": table(f"filename,label,{column}", names, labels, told)}


@pytest.mark.parametrize(
    "folds",
    [
        ["1.0", "2.0", "3.0", "4.0", "5.0"],
        ["0.0", "1.0", "2.0", "3.0", "4.0"],
        [str(fold) for fold in range(10)],
        [str(fold) for fold in range(1, 11)],
        [f"fold_{fold}" for fold in range(10)],
    ],
)
def test_folds_of_a_table_are_kept_however_they_are_counted(folds: list[str]) -> None:
    dataset, described = made(folded(folds))
    assert described.folds == "as given"
    assert "Each sound's fold is told." in described.summary
    counted = {fold: 2 * len(folds) // 5 for fold in range(1, 6)}
    assert folds_by_class(dataset) == {"dog": counted, "rain": counted}


def test_folds_are_counted_over_all_tables() -> None:
    files = folded(list("01234"))
    head, *rows = files.pop("labels.csv").decode().splitlines()
    for name, some in (("some", rows[:16]), ("rest", rows[16:])):
        files[f"{name}.csv"] = "\n".join([head, *some]).encode()
    dataset, _ = made(files)
    assert folds_by_class(dataset)["dog"] == dict.fromkeys(range(1, 6), 2)


@pytest.mark.parametrize(
    ("folds", "column", "said"),
    [
        (["1", "2", "3", "4", ""], "fold", "Their folds are not kept: 4 of 20 sounds have none."),
        (list(map(str, range(12))), "fold", "The folds 0 to 11 are not kept: ten are the most."),
        (["1", "2", "3", "4"], "fold", "Their folds are not kept: under them dog lacks clips"),
        (["A", "B", "C", "D"], "fold", "The column fold is not kept: 'A' is no fold and no part."),
        (["9" * 5000, "x", "y"], "group", "99' is no fold and no part."),
        (["train", "test", "x"], "Set", "Their split is not kept: 4 of 12 sounds are in no part."),
    ],
)
def test_folds_and_parts_that_are_not_kept_are_said(
    folds: list[str], column: str, said: str
) -> None:
    files = folded(folds, column)
    preview, _ = seen(files)
    assert said in preview.understood
    dataset, described = made(files)
    assert said in described.summary
    assert described.folds == "at random"
    assert_every_class_is_served(dataset)


@pytest.mark.parametrize("split", ["fold", "part"])
def test_folds_of_folders_that_are_not_kept_are_said(split: str) -> None:
    folders = [f"fold{fold}" for fold in range(12)] if split == "fold" else ["train", "test", "x"]
    said = "The folds 0 to 11 are not" if split == "fold" else "4 of 12 sounds are in no part"
    files = sounds(
        f"{name}/{folder}/{take}.wav"
        for name in ("dog", "rain")
        for folder in folders
        for take in "xy"
    )
    preview, _ = seen(files)
    assert said in preview.understood
