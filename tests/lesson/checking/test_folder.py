"""The hand-ins in a folder are found wherever they lie, and nothing else is taken for one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from esc10.errors import LessonError
from esc10.lesson.checking import folder, hand_ins_in


def put(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")


def test_hand_ins_are_found_and_others_left_aside(tmp_path: Path) -> None:
    hand_ins = ["a/b/c/run.zip", "one.HTML", "x_1_assignsubmission_file_/run.htm"]
    others = [".DS_Store", ".hidden.html", "a/paper.pdf", "grades.csv", "one.html.feedback.html"]
    others += ["x_1_assignsubmission_onlinetext_/onlinetext.html"]
    for name in (*hand_ins, *others):
        put(tmp_path / name)
    (tmp_path / "folder.zip").mkdir()
    found, aside = hand_ins_in(tmp_path)
    assert [each.name for each in found] == hand_ins
    assert [each.place for each in found] == [tmp_path / name for name in hand_ins]
    assert [each.sender.id if each.sender else None for each in found] == [None, None, "1"]
    assert aside == sorted(others)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows makes no links for ordinary users")
def test_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere" / "run.html")
    put(tmp_path / "class" / "run.html")
    (tmp_path / "class" / "folder").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "class" / "file.html").symlink_to(tmp_path / "elsewhere" / "run.html")
    os.mkfifo(tmp_path / "class" / "pipe.zip")
    found, aside = hand_ins_in(tmp_path / "class")
    assert [each.name for each in found] == ["run.html"]
    assert aside == ["file.html", "folder", "pipe.zip"]


def test_a_folder_without_hand_ins_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LessonError, match="cannot be looked into"):
        hand_ins_in(tmp_path / "missing")
    put(tmp_path / "paper.pdf")
    with pytest.raises(LessonError, match="holds no hand-in"):
        hand_ins_in(tmp_path)
    put(tmp_path / "run.zip")
    monkeypatch.setattr(folder, "MAX_FILES", 1)
    with pytest.raises(LessonError, match="more than 1 files"):
        hand_ins_in(tmp_path)
