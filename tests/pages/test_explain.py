"""A prediction taken apart, as somebody meets it on a page: really trained networks answer."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE
from esc10.engine.cluster import NOTHING, WARMING_UP, Cluster
from esc10.engine.remote import RemoteClassifier
from esc10.inference.explain.robustness import DISTURBANCES
from esc10.inference.predictor import Answer
from esc10.runs.run import Run
from esc10.ui.predict.explain import region as brushing
from esc10.ui.predict.explain.subject import Case
from tests.pages.conftest import Trained
from tests.support.pages import PAGE_SECONDS, drawn, says

ORDER, REGION, DECISIVE, BEAR = (
    "Does order matter?",
    "Without a part?",
    "What decides?",
    "How robust?",
)


@pytest.fixture
def runs(trained: Trained) -> dict[str, Run]:
    return trained(("cnn", "mel"), ("td_cnn", "logmel"), ("cnn_rnn", "logmel"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many inputs the worker was asked for, each time."""
    sizes: list[int] = []
    really = RemoteClassifier.answer

    def answer(self: RemoteClassifier, x: Any) -> Answer:
        sizes.append(len(x))
        return really(self, x)

    monkeypatch.setattr(RemoteClassifier, "answer", answer)
    st.cache_data.clear()
    return sizes


def questioning(model: str, seconds: float, silent: bool) -> None:
    """A script: a sound of that length before the run with that network."""
    import numpy as np

    from esc10.audio.loading import SAMPLE_RATE
    from esc10.runs.store import list_runs
    from esc10.ui.predict.explain.tabs import show_questioning

    samples = np.random.default_rng(1).normal(scale=0.05, size=int(seconds * SAMPLE_RATE))
    samples[: int(0.5 * SAMPLE_RATE)] *= 8  # half a second is loud
    if silent:
        samples[:] = 0
    (run,) = (run for run in list_runs()[0] if run.config.train.model == model)
    show_questioning(samples.astype(np.float32), run, "val_accuracy")


def shown(model: str, seconds: float = 5, silent: bool = False) -> AppTest:
    script = AppTest.from_function(
        questioning, default_timeout=PAGE_SECONDS, args=(model, seconds, silent)
    )
    return drawn(script)


def ask(test: AppTest, question: str) -> AppTest:
    test.segmented_control(key="question").set_value(question).run()
    assert not test.exception, test.exception
    return test


def charts(test: AppTest) -> tuple[int, int, int]:
    """How many Vega-Lite charts, Plotly figures, and players there are."""
    return tuple(len(test.get(kind)) for kind in ("vega_lite_chart", "plotly_chart", "audio"))


def test_only_the_time_distributed_network_knows_no_order(runs: dict[str, Run]) -> None:
    test = shown("td_cnn")
    assert charts(test) == (1, 0, 3)
    assert says(test, "No order changes the answer")
    assert says(test, "takes their mean")
    test = shown("cnn_rnn")
    assert not says(test, "No order changes the answer")
    assert says(test, "carries a memory from frame to frame")


@pytest.mark.parametrize("model", ["cnn", "td_cnn", "cnn_rnn"])
@pytest.mark.parametrize("question", [ORDER, REGION, DECISIVE, BEAR])
def test_every_network_can_be_asked_everything(
    runs: dict[str, Run], model: str, question: str
) -> None:
    test = ask(shown(model), question)
    assert not test.error
    assert not test.info
    assert len(test.get("audio")) in (0, 1, 2, 3)
    assert sum(charts(test)[:2]) >= 1


@pytest.mark.parametrize("seconds", [0.02, 600.0])
def test_short_and_long_sounds_are_fixed_and_that_is_said(
    runs: dict[str, Run], seconds: float
) -> None:
    test = shown("td_cnn", seconds)
    assert says(test, "the first 5 s of the sound") == (seconds > 5)
    for question in (REGION, DECISIVE, BEAR):
        assert not ask(test, question).error


def test_silence_can_be_asked_about(runs: dict[str, Run]) -> None:
    test = shown("cnn_rnn", silent=True)
    for question in (REGION, DECISIVE, BEAR):
        assert not ask(test, question).error
    assert says(ask(test, DECISIVE), "No single patch decides")


def test_sliders_choose_the_region_and_going_back_asks_nobody(
    runs: dict[str, Run], asked: list[int]
) -> None:
    test = ask(shown("cnn"), REGION)
    assert charts(test) == (2, 0, 2)
    assert says(test, "no power at all")
    test.slider(key="region seconds").set_value((0.0, 0.5)).run()
    test.slider(key="region bands").set_value((0, 64)).run()
    assert says(test, "0.0 to 0.5 s, 0 to ")
    before = len(asked)
    test.slider(key="region bands").set_value((0, 128)).run()
    test.slider(key="region bands").set_value((0, 64)).run()
    assert len(asked) == before
    test.slider(key="region seconds").set_value((2.0, 2.0)).run()
    assert says(test, "Nothing is chosen")
    assert not test.get("audio")


def test_the_chosen_region_stays_while_other_questions_are_asked(runs: dict[str, Run]) -> None:
    test = ask(shown("cnn"), REGION)
    test.slider(key="region seconds").set_value((1.5, 2.5)).run()
    ask(ask(test, ORDER), REGION)
    assert test.slider(key="region seconds").value == (1.5, 2.5)


def test_what_is_drawn_sets_the_sliders(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)

    def draw(region: dict[str, list[float]]) -> tuple[Any, Any]:
        key = brushing._chart_key()
        state[key] = {"selection": {"region": region}}
        brushing._take_drawing(key)
        return state.get("region seconds"), state.get("region bands")

    assert draw({}) == (None, None)
    assert draw({"seconds": [1.234, 0.66], "band": [99.6, 12.2]}) == ((0.7, 1.2), (12, 100))
    assert draw({}) == ((0.7, 1.2), (12, 100))  # a click beside it
    replaced = brushing._chart_key()
    state["region seconds"] = (0.8, 1.2)
    brushing._forget_drawing()  # as that slider does
    brushing._take_drawing(replaced)
    assert state["region seconds"] == (0.8, 1.2)


def test_the_map_is_drawn_once_and_kept(runs: dict[str, Run], asked: list[int]) -> None:
    test = ask(shown("td_cnn"), DECISIVE)
    assert charts(test)[1] == 1
    assert says(test, "96 patches")
    assert says(test, "every frame has one vote")
    assert sum(asked) == 3 + 1 + 96 + 2
    before = len(asked)
    ask(ask(test, ORDER), DECISIVE)
    assert len(asked) == before


@pytest.mark.parametrize("key", DISTURBANCES)
def test_a_disturbance_is_answered_in_one_go_and_heard(
    runs: dict[str, Run], asked: list[int], key: str
) -> None:
    test = ask(shown("td_cnn"), BEAR)
    test.segmented_control(key="disturbance").set_value(key).run()
    disturbance = DISTURBANCES[key]
    assert asked[-1] == len(disturbance.values)
    assert charts(test) == (1, 0, 1)
    slider = test.select_slider(key=f"value of {key}")
    assert slider.value == disturbance.neutral
    before = len(asked)
    slider.set_value(disturbance.values[-1]).run()
    assert not test.exception
    assert len(asked) == before
    assert says(test, f"At the slider, {disturbance.label(disturbance.values[-1])}")
    sounds = test.session_state["remembered"]["sounds"]._kept
    heard = [value for what, _, way, value in sounds if (what, way) == ("disturbed", key)]
    assert set(heard) == set(disturbance.values)


def test_before_there_is_a_worker_each_question_is_one_sentence(
    runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    st.cache_data.clear()
    monkeypatch.setattr(Cluster, "capacity", lambda _: NOTHING)
    test = shown("td_cnn")
    for question in (ORDER, REGION, DECISIVE, BEAR):
        assert [info.value for info in ask(test, question).info] == [WARMING_UP]
        assert not test.error


def test_another_sound_is_another_case(runs: dict[str, Run]) -> None:
    sound = np.zeros(SAMPLE_RATE, np.float32)
    keys = {
        Case(samples, run, weights).key
        for samples in (sound, sound + np.float32(0.1))
        for run in runs.values()
        for weights in ("val_accuracy", "val_loss")
    }
    assert len(keys) == 2 * 3 * 2
    assert Case(sound, runs["cnn"], "val_loss").samples.shape == (CLIP_SAMPLES,)


def test_a_quiet_sound_is_played_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    import soundfile

    from esc10.ui.predict.explain.subject import play

    played: list[bytes] = []
    monkeypatch.setattr(st, "audio", lambda content, **_: played.append(content))
    for level in (0.0, 0.1, 4.0):
        play(np.full(SAMPLE_RATE, level, np.float32), "a level")
    loudest = [np.abs(soundfile.read(io.BytesIO(content))[0]).max() for content in played]
    assert loudest == pytest.approx([0, 0.1, 1], abs=1e-4)


def test_sentences_have_no_placeholders_left(runs: dict[str, Run]) -> None:
    test = shown("cnn_rnn")
    for question in (ORDER, REGION, DECISIVE, BEAR):
        ask(test, question)
        for text in (*test.markdown, *test.caption):
            assert not re.search(r"[{}]|\bnan\b|\binf\b", text.value), text.value
