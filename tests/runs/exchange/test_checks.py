"""What an imported run says of itself: whatever no run here could say is refused."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.runs.captions import Caption
from esc10.runs.exchange import import_run
from esc10.training.results import ENDINGS
from tests.support.made_zips import (
    SIZES,
    Change,
    Files,
    anything,
    packed,
    refused,
    refused_in_little_memory,
    with_events,
    with_json,
    zipped,
)

# The configuration


def put(*path: str, value: object) -> Change:
    """Set a value deep in a dictionary; the last name of the path is that of the value."""

    def change(stored: Any) -> None:
        for name in path[:-1]:
            stored = stored[name]
        stored[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        put("train", "epochs", value="3"),
        put("train", "epochs", value=3.0),
        put("train", "epochs", value=True),
        put("train", "epochs", value=0),
        put("train", "epochs", value=10**9),
        put("train", "epochs", value=None),
        put("train", "seed", value=-1),
        put("train", "width", value=3.0),
        put("train", "width", value=1e9),
        put("train", "width", value="4"),
        put("train", "width", value=None),
        put("train", "recipe", value="augmented"),
        put("train", "recipe", value={"speed": 9}),
        put("train", "recipe", value={"window": 2.5}),
        put("train", "recipe", value={"schedule": "weekly"}),
        put("train", "recipe", value={"volume": 11}),
        put("train", "learning_rate", value="0.1"),
        put("train", "learning_rate", value=float("nan")),
        put("train", "learning_rate", value=float("inf")),
        put("train", "model", value="transformer"),
        put("train", "model", value="x" * 100_000),
        put("train", "model", value=["cnn"]),
        put("train", "owner", value=5),
        put("train", "more", value=1),
        put("more", value=1),
        put("mel", "more", value=1),
        put("mel", "n_mels", value="128"),
        put("scaling", value=[1, 2]),
        put("scaling", "mean", value=float("nan")),
        put("classes", value="dog"),
        put("classes", value=[1] * 10),
        put("clips", value=[]),
        put("clips", "test", value="1-1-A-0.wav"),
        put("versions", value=None),
        put("versions", value={"numpy": 2}),
        put("run_id", value=None),
        lambda stored: stored.pop("classes"),
        lambda stored: stored["train"].pop("dataset"),
    ],
)
def test_a_configuration_of_other_types_or_ranges_is_refused(change: Change, files: Files) -> None:
    sentence = refused(with_json(files, "config.json", change))
    assert "config.json is no configuration that this version can train" in sentence


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (put("run_id", value="another"), "of another run than its folder"),
        (put("train", "dataset", value="esc1000"), "the dataset 'esc1000', which this version"),
        (put("train", "dataset", value="\n" * 9000), "which this version does not know"),
        (put("train", "dataset", value="animals"), "other classes than the dataset animals"),
        (put("classes", value=["dog"]), "other classes than the dataset practice"),
        (lambda stored: stored["classes"].reverse(), "other classes than the dataset practice"),
        (put("mel", "n_mels", value=64), "other spectrograms than this version"),
        (put("mel", "hop_length", value=1), "other spectrograms than this version"),
        (put("scaling", value=None), "the scaling that logmel features need"),
        (put("train", "features", value="mel"), "the scaling that mel features need"),
        (put("scaling", "deviation", value=0), "deviation is not above 0"),
        (put("scaling", "deviation", value=-1.5), "deviation is not above 0"),
        (put("train", "test_fold", value=6), "folds outside 1 to 5"),
        (put("created", value="yesterday"), "when the run was created"),
        (put("created", value="2026-01-01T12:00:00"), "with a time zone"),
        (put("created", value="0001-01-01T00:00:00+10:00"), "when the run was created"),
        (put("created", value="9999-12-31T23:59:59-10:00"), "when the run was created"),
        (put("created", value="2000-01-01T00:00:00+00:01"), "when the run was created"),
        (put("train", "owner", value="Ada\nLovelace"), "no short line of text"),
        (put("versions", "numpy", value="x" * 101), "versions that are no short lines"),
        (put("versions", value={str(number): "1" for number in range(51)}), "lists versions"),
        (put("clips", "test", value=[]), "clips for each of train, validation, test"),
        (put("clips", "validation", value=[]), "clips for each of train, validation, test"),
        (put("clips", "more", value=[]), "clips for each of train, validation, test"),
        (lambda stored: stored["clips"].pop("test"), "clips for each of train"),
        (lambda stored: stored["clips"]["test"].append(stored["clips"]["train"][0]), "clip twice"),
        (lambda stored: stored["clips"]["test"].append(stored["clips"]["test"][0]), "clip twice"),
        (lambda stored: stored["clips"]["test"].append("../../x.wav"), "which is no clip of"),
        (lambda stored: stored["clips"]["test"].append("1-1-A-2.wav"), "which is no clip of"),
        (lambda stored: stored["clips"]["test"].append(f"1-1-A-{'9' * 9999}.wav"), "is no clip of"),
    ],
)
def test_a_configuration_that_no_run_here_has_is_refused(
    change: Change, expected: str, files: Files
) -> None:
    sentence = refused(with_json(files, "config.json", change))
    assert sentence.startswith("The zip is refused: config.json ")
    assert expected in sentence


def test_more_clips_than_a_dataset_has_are_refused(files: Files) -> None:
    names = [f"1-{number}-A-0.wav" for number in range(400)]
    content = with_json(files, "config.json", put("clips", "train", value=names))
    assert "more than 400" in refused(content)


@pytest.mark.parametrize("name", ["config.json", "outcome.json", "label.json", "events.jsonl"])
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"null", b"[]", b"1", b"\xff\xfe", b'"' + b"x" * 10_000, b"[" * 100_000],
)
def test_json_that_is_something_else_is_refused(name: str, content: bytes, files: Files) -> None:
    assert name in refused(packed({**files, name: content}))


@pytest.mark.parametrize("run_id", ["a.b", "CON.txt", "a b", "x" * 101, "..", "é"])
def test_a_folder_that_is_no_name_of_a_run_is_refused(run_id: str, files: Files) -> None:
    assert "no file of a run" in refused(packed(files, run_id))


# The events, the outcome, the label


def epoch_with(**values: object) -> Change:
    return lambda events: events[2].update(values)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (epoch_with(loss=float("nan")), "no event"),
        (epoch_with(val_loss=float("inf")), "no event"),
        (epoch_with(seconds=-float("inf")), "no event"),
        (epoch_with(loss="1"), "no event"),
        (epoch_with(epoch=1.0), "no event"),
        (epoch_with(more=1), "no event"),
        (epoch_with(kind="exec"), "no event"),
        (lambda events: events[2].pop("loss"), "no event"),
        (lambda events: events[0].update(kind="cancelled"), "no event"),
        (lambda events: events.append(5), "no event"),
        (epoch_with(epoch=2), "number the epochs"),
        (epoch_with(epoch=0), "number the epochs"),
        (lambda events: events.pop(2), "number the epochs"),
        (lambda events: events.insert(2, events[3]), "number the epochs"),
        (epoch_with(val_accuracy=1.5), "accuracy that is not between"),
        (epoch_with(accuracy=-0.5), "accuracy that is not between"),
        (lambda events: events[-1].update(reason="x" * 10_000), "reason for the run's end"),
        (lambda events: events.extend(events[:1] * 30), "more events than"),
    ],
)
def test_events_that_no_run_has_are_refused(change: Change, expected: str, files: Files) -> None:
    sentence = refused(with_events(files, change))
    assert sentence.startswith("The zip is refused: events.jsonl ")
    assert expected in sentence


def test_more_epochs_than_the_run_asked_for_are_refused(files: Files) -> None:
    def change(events: list[Any]) -> None:
        events.insert(5, {**events[4], "epoch": 4})

    assert "more than the run asked for" in refused(with_events(files, change))


def test_a_run_without_epochs_is_refused(files: Files) -> None:
    def change(events: list[Any]) -> None:
        del events[2:5]

    assert "has no epoch" in refused(with_events(files, change))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (put("best", "val_loss", value=4), "other epochs as the best"),
        (put("best", "val_loss", value=0), "other epochs as the best"),
        (put("best", value={}), "other epochs as the best"),
        (put("best", "more", value=1), "other epochs as the best"),
        (put("best", "val_loss", value="1"), "not how a run ends"),
        (put("more", value=1), "not how a run ends"),
        (put("state", value="failed"), "trained to its end or was stopped"),
        (put("state", value="queued"), "trained to its end or was stopped"),
        (put("state", value="stopped"), "a reason for the run's end"),
        (put("reason", value="because"), "a reason for the run's end"),
        (put("reason", value=ENDINGS["stopped"]), "a reason for the run's end"),
        (put("parameters", value=0), "parameters that no network has"),
        (put("parameters", value=None), "parameters that no network has"),
        (put("parameters", value=10**12), "parameters that no network has"),
        (put("trainable_parameters", value=-1), "parameters that no network has"),
        (put("trainable_parameters", value=10**7), "parameters that no network has"),
        (put("versions", "keras", value="\n"), "versions that are no short lines"),
    ],
)
def test_an_outcome_that_does_not_follow_is_refused(
    change: Change, expected: str, files: Files
) -> None:
    sentence = refused(with_json(files, "outcome.json", change))
    assert sentence.startswith("The zip is refused: outcome.json ")
    assert expected in sentence


def test_a_stopped_run_travels(files: Files) -> None:
    def change(outcome: dict[str, Any]) -> None:
        outcome.update(state="stopped", reason=ENDINGS["stopped"])

    assert import_run(with_json(files, "outcome.json", change), anything).state == "stopped"


@pytest.mark.parametrize(
    ("title", "note"),
    [
        ("x" * 61, ""),
        ("two\nlines", ""),
        ("two\u2028lines", ""),
        ("\x1b[31m", ""),
        ("", "x" * 2001),
        ("", "a\0b"),
        ("", "a\rb"),
        (5, ""),
        ("", None),
    ],
)
def test_a_label_that_nobody_could_give_is_refused(
    title: object, note: object, files: Files
) -> None:
    label = json.dumps({"title": title, "note": note}).encode()
    assert "label.json" in refused(packed({**files, "label.json": label}))


def test_a_label_of_the_greatest_length_travels(files: Files) -> None:
    label = Caption("é" * 60, "\n" * 1000 + "🐕" * 1000)
    content = packed({**files, "label.json": json.dumps(asdict(label)).encode()})
    assert import_run(content, anything).caption == label


# The stored answers


def arrays_of(files: Files) -> dict[str, NDArray[Any]]:
    with np.load(io.BytesIO(files["probabilities.npz"])) as arrays:
        return dict(arrays)


def with_arrays(files: Files, **changed: NDArray[Any]) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(content, **{**arrays_of(files), **changed})
    return packed({**files, "probabilities.npz": content.getvalue()})


def npz_with_header(files: Files, name: str, header: str, data: bytes) -> bytes:
    """The zip, one array of which claims what it likes."""
    with zipfile.ZipFile(io.BytesIO(files["probabilities.npz"])) as archive:
        members = {key: archive.read(key) for key in archive.namelist()}
    text = header.encode().ljust(117) + b"\n"
    members[f"{name}.npy"] = b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + data
    return packed({**files, "probabilities.npz": zipped(members)})


class Trap:
    """An object that leaves a trace when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[Path]]:
        return (Path.touch, (self.path,))


def test_a_pickled_object_is_refused_and_stays_pickled(files: Files, tmp_path: Path) -> None:
    trap = np.array([Trap(tmp_path / "sprung")] * SIZES["test"], dtype=object)
    content = with_arrays(files, test_labels=trap)
    assert "another shape or type" in refused(content)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("shape", [f"({10**12}, 10)", "(8, 10, 1)", "(80,)", "()", "(-1, 10)"])
def test_an_array_that_claims_another_shape_is_refused(shape: str, files: Files) -> None:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    content = npz_with_header(files, "val_loss_test", header, bytes(320))
    assert "val_loss_test" in refused_in_little_memory(content)


@pytest.mark.parametrize("header", ["", "{", "__import__('os')", "(" * 110, "{'descr': '|O'}"])
def test_an_array_with_a_header_of_another_kind_is_refused(header: str, files: Files) -> None:
    content = npz_with_header(files, "val_loss_test", header, bytes(320))
    assert "val_loss_test in probabilities.npz is damaged" in refused(content)


@pytest.mark.parametrize("data", [b"", bytes(319), bytes(321)])
def test_an_array_of_another_length_than_its_header_is_refused(data: bytes, files: Files) -> None:
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (8, 10), }"
    assert "another shape" in refused(npz_with_header(files, "val_loss_test", header, data))


def test_a_bomb_among_the_arrays_is_refused(files: Files) -> None:
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (8, 10), }"
    content = npz_with_header(files, "val_loss_test", header, bytes(100 * 2**20))
    assert "val_loss_test.npy claims 104,857" in refused_in_little_memory(content)


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive" * 100])
def test_answers_that_are_no_archive_are_refused(content: bytes, files: Files) -> None:
    sentence = refused(packed({**files, "probabilities.npz": content}))
    assert "probabilities.npz is no zip archive" in sentence


def test_an_array_too_many_or_too_few_is_refused(files: Files) -> None:
    assert "holds 'more.npy'" in refused(with_arrays(files, more=np.zeros(3)))
    arrays = arrays_of(files)
    del arrays["test_labels"]
    content = io.BytesIO()
    np.savez(content, **arrays)
    sentence = refused(packed({**files, "probabilities.npz": content.getvalue()}))
    assert "probabilities.npz lacks test_labels.npy" in sentence


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("val_loss_test", lambda array: array.astype(np.float64)),
        ("val_loss_test", lambda array: array.astype(">f4")),
        ("val_loss_test", lambda array: np.asfortranarray(array)),
        ("val_loss_test", lambda array: array[:-1]),
        ("val_loss_test", lambda array: array[:, :-1]),
        ("test_labels", lambda array: array.astype(np.int32)),
        ("validation_by_epoch", lambda array: array[:2]),
        ("validation_by_epoch", lambda array: np.concatenate([array, array[:1]])),
    ],
)
def test_an_array_of_another_shape_or_type_is_refused(
    name: str, change: Callable[[NDArray[Any]], NDArray[Any]], files: Files
) -> None:
    sentence = refused(with_arrays(files, **{name: change(arrays_of(files)[name])}))
    assert name in sentence


def test_labels_that_are_not_the_clips_are_refused(files: Files) -> None:
    labels = arrays_of(files)["validation_labels"]
    assert "not the classes of the validation clips" in refused(
        with_arrays(files, validation_labels=np.roll(labels, 1) + 1)
    )


@pytest.mark.parametrize(
    "name", ["val_accuracy_validation", "val_loss_test", "validation_by_epoch"]
)
@pytest.mark.parametrize("value", [np.nan, np.inf, -0.1, 1.5])
def test_numbers_that_are_no_probabilities_are_refused(
    name: str, value: float, files: Files
) -> None:
    array = arrays_of(files)[name].copy()
    array[..., 1, 2] = value
    assert f"{name} in probabilities.npz" in refused(with_arrays(files, **{name: array}))
