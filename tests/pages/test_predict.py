"""The Predict page: judged once, bounded, the answer first, and what trained the network named."""

from __future__ import annotations

import gc
import re
import weakref
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from esc10.audio.loading import SAMPLE_RATE, load_clip
from esc10.audio.recording import Recording
from esc10.audio.wav import wav_of
from esc10.datasets import Clip, load_dataset
from esc10.datasets.own.recordings import keep
from esc10.engine.cluster import NOTHING, WARMING_UP, Cluster
from esc10.engine.remote import RemoteClassifier
from esc10.runs.run import Run
from esc10.ui import remembered, server
from esc10.ui.player import player
from esc10.ui.predict import inputs
from esc10.ui.predict import kept as kept_sounds
from tests.pages.conftest import Trained
from tests.support.odd_sounds import encoded, hiss
from tests.support.pages import (
    PAGE_SECONDS,
    Sounds,
    choose,
    clip_of,
    drawn,
    plain,
    predict,
    recorded,
    says,
    told,
    uploaded,
)
from tests.support.waiting import wait_for

UPLOADS = 60
RATE = 16_000
"""Of a telephone."""
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
LEARNED = "Trained on this clip"
FAULTLESS = "No fault was found in this recording."


class Work:
    """What the page had done since the last look.

    Attributes:
        decoded: the names of the sounds that were decoded.
        asked: how many sounds or windows networks answered.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.decoded: list[str] = []
        self.asked = 0
        really = inputs.load_recording

        def decode(source: bytes, name: str) -> Recording:
            self.decoded.append(name)
            return really(source, name)

        monkeypatch.setattr(inputs, "load_recording", decode)
        for question in ("answer", "embeddings"):
            monkeypatch.setattr(RemoteClassifier, question, self._counted(question))

    def _counted(self, question: str):
        really = getattr(RemoteClassifier, question)

        def ask(network: RemoteClassifier, x: np.ndarray) -> object:
            answer = really(network, x)
            self.asked += len(x)
            return answer

        return ask

    def since(self) -> tuple[int, int]:
        """How many sounds were decoded and asked about since this was called last."""
        done = len(self.decoded), self.asked
        self.decoded, self.asked = [], 0
        return done


@pytest.fixture
def runs(trained: Trained) -> dict[str, Run]:
    return trained(("cnn", "logmel"), ("td_cnn", "logmel"))


@pytest.fixture
def work(runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch) -> Work:
    """Counted from here on; the networks know their own clips already."""
    drawn(uploaded([("sound.wav", noise(0))]))
    return Work(monkeypatch)


def noise(seed: int, seconds: float = 0.5) -> bytes:
    """A noise of its own as a WAV file, at the rate that nothing resamples."""
    samples = np.random.default_rng(seed).normal(0, 0.1, round(seconds * SAMPLE_RATE))
    return encoded(samples[:, np.newaxis], SAMPLE_RATE, "WAV")


def noises(count: int, seconds: float = 0.5, first: int = 1) -> Sounds:
    return [(f"{seed}.wav", noise(seed, seconds)) for seed in range(first, first + count)]


def headline(page: AppTest) -> str:
    """What the panel says of the one sound."""
    (text,) = (plain(text.value) for text in page.markdown if text.value.startswith("## "))
    return text.removeprefix("## ")


def in_a_cell(panel: str) -> str:
    """The panel's headline as a table has it."""
    words = re.fullmatch(r"(?:I don't know this \()?(.+), (\d+%)\)?", panel)
    assert words is not None
    return f"{words[1]} {words[2]}" + (" ?" if panel.startswith("I don't") else "")


def look_at(page: AppTest, row: int) -> AppTest:
    """Click a row of the table."""
    names = tuple(page.dataframe[0].value["sound"])
    chosen = {"selection": {"rows": [row], "columns": [], "cells": []}}
    page.session_state[f"sounds {hash(names)} False"] = chosen
    return drawn(page)


def test_sixty_uploads_are_decoded_and_judged_once(work: Work) -> None:
    page = drawn(uploaded(noises(UPLOADS)))
    assert len(told(page)) == UPLOADS
    assert work.since() == (UPLOADS, 2 * UPLOADS)  # td_cnn is asked for its frames too
    assert len(drawn(page).get("progress")) == 0
    assert headline(look_at(page, 7))
    drawn(page)
    assert work.since() == (0, 0)


def test_one_more_sound_is_decoded_and_judged_alone(work: Work) -> None:
    page = drawn(uploaded(noises(5)))
    work.since()
    page.file_uploader(key="upload").set_value(
        [(name, content, "audio/wav") for name, content in noises(6)]
    )
    drawn(page)
    assert len(told(page)) == 6
    assert work.since() == (1, 2)  # the same bytes under the same name are the same sound


def test_no_session_pushes_out_what_another_one_has(work: Work) -> None:
    one = drawn(uploaded(noises(3)))
    for other in range(2):
        drawn(uploaded(noises(5, first=100 + 5 * other)))
    work.since()
    drawn(look_at(one, 2))
    assert work.since() == (0, 0)


def test_a_session_remembers_so_many_bytes_and_the_table_needs_none_of_them(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = 3 * 2**20  # a sound of ten seconds counts 1.8 MB, a third of it windows
    monkeypatch.setitem(remembered.BOUNDS, "sounds", bound)
    page = drawn(uploaded(noises(8, seconds=10)))
    assert work.since()[0] == 8 + 1  # the first is looked at, and had to go meanwhile
    said = told(page)
    for row in (3, 4, 4):
        look_at(page, row)
        assert page.session_state["remembered"]["sounds"].bytes <= bound
        assert told(page) == said
    # Each of the two that are looked at is decoded again, and nothing is asked about.
    assert work.since() == (2, 0)


def test_a_player_is_made_once_and_goes_with_its_session(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    really = player.encoded

    def encode(samples: np.ndarray) -> tuple[bytes, str]:
        made.append(len(samples))
        return really(samples)

    monkeypatch.setattr(player, "encoded", encode)
    page = drawn(uploaded(noises(6)))
    for row in (*range(6), *range(6)):
        look_at(page, row)
    assert len(made) == 6
    assert len(page.session_state["remembered"]["players"]._kept) == 6


@pytest.mark.parametrize("model", ["cnn", "td_cnn"])
def test_the_table_says_what_the_panel_says(runs: dict[str, Run], model: str) -> None:
    clips = load_dataset("practice").clips
    # The first five seconds are one sound, the rest another.
    long = np.concatenate([hiss(5, SAMPLE_RATE)[:, 0], np.sin(np.arange(7 * SAMPLE_RATE) / 9)])
    sounds = [
        ("long.wav", encoded(0.5 * long[:, np.newaxis], SAMPLE_RATE, "WAV")),
        ("clip.wav", clips[-1].path.read_bytes()),
        ("short.wav", noise(5)),
    ]
    page = drawn(uploaded(sounds, runs[model]))
    for row, said in enumerate(told(page)):
        look_at(page, row)
        assert said == in_a_cell(headline(page))


def test_an_unreadable_sound_is_a_sentence_beside_the_table(work: Work) -> None:
    page = uploaded([("words.wav", b"no sound at all"), *noises(2)])
    for _ in range(2):
        drawn(page)
        (error,) = page.error
        assert plain(error.value).startswith("words.wav holds no sound")
        assert list(page.dataframe[0].value["sound"]) == ["1.wav", "2.wav"]
    assert work.since()[0] == 3


def test_without_a_worker_sounds_can_be_chosen_and_answers_come_when_it_does(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = uploaded(noises(3))
    with monkeypatch.context() as without:
        without.setattr(Cluster, "capacity", lambda _: NOTHING)
        drawn(page)
        assert list(page.dataframe[0].value.columns) == ["sound"]
        assert {text.value for text in page.info} == {WARMING_UP}
        assert not page.error
        assert not any("Look again" in button.label for button in page.button)
        assert work.since() == (3, 0)
    assert len(told(drawn(page))) == 3
    assert not page.info
    assert work.since() == (0, 6)


def test_what_a_session_remembered_goes_with_it(work: Work) -> None:
    page = drawn(uploaded([("sound.wav", noise(1))]))
    samples = [
        weakref.ref(thing.samples)
        for thing, _ in page.session_state["remembered"]["sounds"]._kept.values()
    ]
    assert len(samples) == 2
    del page

    def gone() -> bool:
        gc.collect()
        return all(kept() is None for kept in samples)

    wait_for(gone, PAGE_SECONDS, "what the session remembered to go")


def test_the_room_is_judged_as_everything_else_is(work: Work) -> None:
    clip = clip_of(fold=1)
    played = load_clip(clip.path).samples
    heard = np.concatenate([np.zeros(SAMPLE_RATE, np.float32), 0.5 * played])
    page = predict("Room test")
    choose(page, "room", clip)
    recorded(page, "room take", wav_of(heard))
    assert not page.error
    assert says(page, FAULTLESS)
    (row,) = page.dataframe[0].value.to_dict("records")
    assert "%" in row["after"]
    assert all(row[when].endswith(" · trained on it") for when in ("before", "after"))
    assert work.since()[0] == 1
    drawn(page)
    assert work.since() == (0, 0)
    panel = headline(chosen(clip, server.runs_that_judge()[0]))
    assert row["before"] == f"{in_a_cell(panel)} · trained on it"


def kept(*labels: str) -> AppTest:
    """The page of what was kept, with a sound for each label, a minute after the one before."""
    for minute, label in enumerate(labels):
        samples = hiss(1 + minute, SAMPLE_RATE)[:, 0].astype(np.float32)
        keep(samples, label, NOON + timedelta(minutes=minute))
    page = predict("Kept")
    return drawn(page)


def test_kept_recordings_are_judged_once(work: Work) -> None:
    page = kept(*["rain"] * 3)
    assert list(page.dataframe[0].value["in truth"]) == ["rain"] * 3
    assert page.dataframe[0].value["sound"][0] == f"{NOON.astimezone():%d %b %Y %H:%M:%S}"
    assert work.since() == (3, 6)
    drawn(page)
    assert work.since() == (0, 0)


def test_all_kept_recordings_are_counted_and_can_be_reached(
    runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_sounds, "_MOST_LISTED", 3)
    page = kept("dog", "dog", "rain", "rain", "rain")
    assert says(page, "2 × dog, 3 × rain")
    assert says(page, "3 of 5 recordings")
    assert list(page.dataframe[0].value["in truth"]) == ["rain"] * 3
    page.session_state["page of kept"] = 2
    drawn(page)
    assert list(page.dataframe[0].value["in truth"]) == ["dog"] * 2
    page.button(key="remove kept").click()
    drawn(page)
    assert says(page, "1 × dog, 3 × rain")


def awful() -> bytes:
    """A recording with four things wrong: two loud bursts far apart, and nothing between them."""
    samples = np.zeros(5 * RATE)
    for begin in (0, 3 * RATE):
        burst = np.random.default_rng(1).normal(0, 2, RATE // 2)
        samples[begin : begin + RATE // 2] = np.clip(burst, -1, 1)
    return encoded(samples[:, np.newaxis], RATE, "WAV")


def test_what_is_wrong_is_one_line_that_opens(runs: dict[str, Run]) -> None:
    page = drawn(uploaded([("awful.wav", awful())]))
    (line,) = page.expander
    assert line.label == "4 things wrong: **clipped, no high tones, denoised, mostly silent**"
    assert not line.proto.expanded
    assert len(line.markdown) == 4
    assert all("Measured: " in text.value for text in line.markdown)
    assert "resampled" in line.caption[0].value
    assert not page.warning
    assert headline(page)


def test_a_recording_with_nothing_wrong_has_a_line_and_no_box(runs: dict[str, Run]) -> None:
    page = drawn(uploaded([("fine.wav", noise(1, seconds=5))]))
    assert not page.expander
    assert says(page, FAULTLESS)


def chosen(clip: Clip, *judges: Run) -> AppTest:
    page = predict("A clip")
    page.session_state["judges 6"] = [run.run_id for run in judges]
    choose(page, "given", clip)
    return drawn(page)


def learned(page: AppTest) -> int:
    return sum(LEARNED in text.value for text in page.caption)


def test_an_answer_about_a_clip_that_trained_the_network_says_so(runs: dict[str, Run]) -> None:
    judges = list(runs.values())
    assert learned(chosen(clip_of(fold=1), *judges)) == 2
    page = chosen(clip_of(fold=1), judges[0])
    assert learned(page) == 1
    page.selectbox(key="pretence").select_index(1).run()
    assert learned(page) == 1
    for fold in (4, 5):
        assert learned(chosen(clip_of(fold), *judges)) == 0


def test_so_does_one_about_an_uploaded_file_of_it_by_whatever_name(runs: dict[str, Run]) -> None:
    sounds = [(f"{fold}.wav", clip_of(fold).path.read_bytes()) for fold in (1, 4, 5)]
    assert learned(drawn(uploaded(sounds[:1]))) == 1
    said = ["trained on it" in text for text in told(drawn(uploaded(sounds)))]
    assert said == [True, False, False]
