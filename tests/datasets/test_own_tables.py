"""Tables as competitions and spreadsheets leave them: what they list, and what they do not mean."""

from __future__ import annotations

import pytest

from esc10.datasets.own.preview import Preview, previews_of
from tests.support.own_datasets import THREE
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
    assert "and of 9 sounds in no table their folders" in preview.understood
    assert "Their split is kept (9 train, 9 test)" in preview.understood
    assert classes == dict.fromkeys(THREE, 6)


def test_a_row_without_a_class_is_left_out_and_counted() -> None:
    rows = table("filename,label", NAMES, ["", *LABELS[1:]])
    preview, classes = seen(sounds(NAMES) | {"labels.csv": rows})
    assert classes == CLASSES | {"dog": 2}
    assert preview.aside.startswith("1 file was left out: 1 of no class")
