"""A course server's file names say who sent a file, and other names say nothing."""

from __future__ import annotations

import pytest

from esc10.lesson.checking.senders import Sender, is_online_text, sender_of


@pytest.mark.parametrize(
    "path",
    [
        "Ada Lovelace_1234567_assignsubmission_file_/run.html",
        "Ada Lovelace_1234567_assignsubmission_file/deep/er/run.zip",
        "course/Ada Lovelace_1234567_assignsubmission_file_run.html",
    ],
)
def test_moodle_names_the_file_or_a_folder_around_it(path: str) -> None:
    assert sender_of(path) == Sender("Moodle", "1234567", "Ada Lovelace")


def test_moodle_hides_names() -> None:
    name = "Participant_42_assignsubmission_file_/run.html"
    assert sender_of(name) == Sender("Moodle", "42", "Participant")


@pytest.mark.parametrize(
    ("path", "sender"),
    [
        ("lovelaceada_17_4711_run.html", Sender("Canvas", "17", "lovelaceada")),
        ("all/lovelaceada_17_4711_my_run-1.zip", Sender("Canvas", "17", "lovelaceada")),
        ("lovelaceada_LATE_17_4711_run.html", Sender("Canvas", "17", "lovelaceada", late=True)),
        ("łowéląceada_17_4711_run.html", Sender("Canvas", "17", "łowéląceada")),
        ("anon_xY3z9_4711_run.html", Sender("Canvas", "xY3z9", "")),
    ],
)
def test_canvas_names_the_file(path: str, sender: Sender) -> None:
    assert sender_of(path) == sender


@pytest.mark.parametrize(
    "path",
    [
        "run.html",
        "20261130-140257-843-cnn-4935.zip",
        "20261130-140257-843-cnn-4935-val_loss.html",
        "Ada Lovelace/run.html",
        "lovelaceada_17_run.html",
        "lovelaceada_17_4711_/run.html",
        "_assignsubmission_file_/run.html",
    ],
)
def test_nobody_is_named_elsewhere(path: str) -> None:
    assert sender_of(path) is None


@pytest.mark.parametrize(
    "path",
    [
        "Ada Lovelace_1234567_assignsubmission_onlinetext_/onlinetext.html",
        "Ada Lovelace_1234567_assignsubmission_onlinetext/onlinetext.html",
        "course/Participant_42_assignsubmission_onlinetext_onlinetext.html",
    ],
)
def test_what_was_typed_into_moodle_is_told_from_a_file(path: str) -> None:
    assert is_online_text(path)
    assert not is_online_text(path.replace("submission_onlinetext", "submission_file"))
    assert not is_online_text("onlinetext.html")
