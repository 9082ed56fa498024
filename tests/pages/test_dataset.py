"""The Dataset page: what it shows of whole sounds, and of damaged ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from esc10.datasets import load_dataset, source_of
from esc10.datasets.clips import class_label
from esc10.datasets.own.build import make_own
from esc10.features.cache import feature_set
from esc10.features.mel import MelConfig
from esc10.ui.datasets.own import OWN_SOUNDS
from tests.support.own_sounds import folder_of, numbered, sounds
from tests.support.pages import drawn, open_page, plain, says


def page() -> AppTest:
    """The page, run once, without an uncaught error."""
    return drawn(open_page("pages/dataset.py"))


def test_sounds_that_are_made_here_are_loaded_from_nowhere() -> None:
    boxes = [box.key for box in page().text_input]
    assert "path esc10" in boxes
    assert "path practice" not in boxes


def test_a_dataset_is_browsed_by_class_and_fold(practice_home: Path) -> None:
    test = page()
    test.selectbox(key="class practice").set_value("rain").run()
    test.segmented_control(key="fold practice").set_value(3).run()
    assert "Clip (8 of 400)" in [box.label for box in test.selectbox]
    assert any("**rain** · fold 3" in text.value for text in test.markdown)


def test_a_class_without_clips_in_a_fold_says_so(practice_home: Path, tmp_path: Path) -> None:
    key = make_own(folder_of(sounds(numbered(["dog", "rain"], 3)), tmp_path / "few"), "Few")
    test = page()
    test.segmented_control(key="fold practice").set_value(2).run()
    test.segmented_control(key="browse dataset").set_value(key)
    drawn(test)
    assert any(text.value.startswith("**dog** · fold") for text in test.markdown)
    empty = {2, 3} - {clip.fold for clip in load_dataset(key).clips}
    assert empty
    for fold in empty:
        test.segmented_control(key=f"fold {key}").set_value(fold)
        drawn(test)
        assert says(test, f"Fold {fold} has no clip of dog.")
        assert not any("· fold" in text.value for text in test.markdown)


def test_a_dataset_shows_each_class_with_its_clips_and_a_picture(practice_home: Path) -> None:
    test = page()
    said = [text.value for text in test.markdown]
    assert "**400 clips, 10 classes, balanced:** 40 of each, 8 in every fold." in said
    for name in load_dataset("practice").classes:
        assert f"**{class_label(name)}** · 40" in said
    assert len(pictures(test)) == 10
    # Once where it comes from, which is folded up by now, and once below what is shown of it.
    credited = [text for text in test.caption if text.value == source_of("practice").credit]
    assert len(credited) == 2


def test_ten_classes_of_many_are_shown_until_all_are_asked_for(home: Path, tmp_path: Path) -> None:
    names = [*numbered([f"class {number:02}" for number in range(12)], 3), "class 11/3.wav"]
    key = make_own(folder_of(sounds(names), tmp_path / "many"), "Many")
    test = page()
    assert len(pictures(test)) == 10
    (uneven,) = (text.value for text in test.markdown if "37 clips, 12 classes" in text.value)
    assert "uneven:" in uneven
    assert "from 3 (class 00) to 4 (class 11)" in uneven
    test.checkbox(key=f"all classes of {key}").check().run()
    assert len(pictures(test)) == 12


@pytest.mark.parametrize("own", [False, True])
def test_a_damaged_clip_is_named_in_its_card_and_by_itself(
    own: bool, practice_home: Path, tmp_path: Path
) -> None:
    """Even where its spectrogram is kept, and has been looked at before."""
    key = "practice"
    if own:
        names = numbered(["dog", "rain"], 3)
        key = make_own(folder_of(sounds(names), tmp_path / "few"), "Few")
    clips = load_dataset(key).clips
    clip = next(clip for clip in clips if clip.category == "dog")
    feature_set(load_dataset(key), MelConfig())
    test = open_page("pages/dataset.py")
    test.session_state["browse dataset"] = key
    before = len(pictures(drawn(test)))
    assert says(test, "The same five seconds three times.")
    clip.path.unlink()
    clip.path.write_bytes(b"no sound")
    drawn(test)
    assert len(pictures(test)) == before - 1
    advice = "Make this dataset again" if own else "*Verify every clip again*"
    assert len(test.error) == 2
    assert all(clip.path.name in plain(text.value) for text in test.error)
    assert all(advice in plain(text.value) for text in test.error)
    assert not says(test, "The same five seconds three times.")
    assert not test.get("vega_lite_chart")


@pytest.mark.parametrize(("projector", "across"), [(False, 5), (True, 4)])
def test_fewer_cards_stand_side_by_side_in_large_type(
    projector: bool, across: int, practice_home: Path
) -> None:
    test = open_page("pages/dataset.py")
    test.session_state["projector"] = projector
    cards = [column for column in drawn(test).columns if column.get("html")]
    assert len(cards) == 10
    assert {round(1 / card.weight) for card in cards} == {across}


def pictures(test: AppTest) -> list[str]:
    """The spectrograms in HTML."""
    return [html.value for html in test.get("html") if "data:image/png" in html.value]


def test_the_form_for_own_sounds_is_drawn_once_it_is_opened_and_then_stays() -> None:
    test = page()
    forms = []
    for is_open in (False, True, False):
        test.session_state[OWN_SOUNDS] = is_open
        forms.append([box.key for box in drawn(test).text_input if box.key == "own title"])
    assert forms == [[], ["own title"], ["own title"]]
