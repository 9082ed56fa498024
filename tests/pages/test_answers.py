"""What several runs say of one sound: side by side, in windows, and when they do not know it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE, load_clip
from esc10.datasets import load_dataset
from esc10.datasets.clips import class_label
from esc10.engine.cluster import NOTHING, WARMING_UP, Cluster
from esc10.engine.remote import RemoteClassifier
from esc10.errors import RunError
from esc10.features.mel import MelConfig
from esc10.inference.novelty import Unknown, by_probability, novelty_of
from esc10.inference.prediction import (
    answer_sound,
    hear,
    unknown_sound,
    unknown_windows,
)
from esc10.runs.run import Run
from esc10.training.networks import LAB_MODELS, MODELS
from esc10.ui import server
from tests.pages.conftest import Trained
from tests.support.pages import judging, says, texts

NOT_KNOWN = "I don't know this"
WEIGHTS = "val_accuracy"


@pytest.fixture
def runs(trained: Trained) -> dict[str, Run]:
    return trained(("cnn", "logmel"), ("td_cnn", "logmel"), ("cnn_rnn", "logmel"))


def network_of(run: Run) -> RemoteClassifier:
    return server.engine().networks.trained(run, WEIGHTS)


def shown(samples: NDArray[np.float32], *models: str) -> AppTest:
    return judging("answers", samples, *models)


def clip(place: int = 0) -> NDArray[np.float32]:
    """A practice sound of the test fold."""
    clips = [clip for clip in load_dataset("practice").clips if clip.fold == 5]
    return load_clip(clips[place].path).samples


def long_sound() -> NDArray[np.float32]:
    """Twelve seconds: a clip, two seconds of silence, another clip."""
    return np.concatenate([clip(0), np.zeros(2 * SAMPLE_RATE, np.float32), clip(9)])


def verdicts(test: AppTest) -> list[str]:
    return [text.lstrip("# ") for text in texts(test) if text.startswith("##")]


def player(test: AppTest) -> dict[str, Any]:
    """What the player is told."""
    (component,) = test.get("bidi_component")
    return json.loads(component.proto.json)


def charts(test: AppTest) -> int:
    return len(test.get("vega_lite_chart"))


def all_windows_are(why: Unknown | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the page finds each window unknown for that reason, or known."""
    monkeypatch.setattr(
        "esc10.ui.predict.judging.unknown_windows", lambda sound, *_: [why] * len(sound.starts)
    )


@pytest.mark.parametrize("seconds", [0.02, 5, 12])
@pytest.mark.parametrize("model", LAB_MODELS)
def test_votes_average_to_the_probabilities(
    runs: dict[str, Run], model: str, seconds: float
) -> None:
    sound = hear(long_sound()[: round(seconds * SAMPLE_RATE)], MelConfig())
    answer = answer_sound(runs[model], network_of(runs[model]), sound)
    classes = len(runs[model].config.classes)
    assert answer.windows.shape == (len(sound.starts), classes)
    assert answer.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert (answer.votes is not None) == MODELS[model].frames_vote
    if answer.votes is not None:
        assert answer.votes.shape == (sound.whole.shape[1], classes)
        np.testing.assert_allclose(answer.votes.mean(axis=0), answer.probabilities, atol=1e-5)
    if seconds <= 5:
        assert sound.starts == (0.0,)
        np.testing.assert_allclose(answer.windows[0], answer.probabilities, atol=1e-5)
    assert answer.averaged == (seconds > 5 and model == "cnn")


def test_a_clip_is_answered_as_it_was_when_the_run_was_tested(runs: dict[str, Run]) -> None:
    for run in runs.values():
        names = run.config.clips["test"]
        dataset = load_dataset("practice")
        samples = load_clip(dataset.clip(names[3]).path).samples
        answer = answer_sound(run, network_of(run), hear(samples, MelConfig()))
        stored = run.answers(WEIGHTS).probabilities["test"][3]
        np.testing.assert_allclose(answer.probabilities, stored, atol=1e-4)


def test_ten_minutes_are_answered_at_once_and_in_windows(runs: dict[str, Run]) -> None:
    sound = hear(np.tile(clip(), 120), MelConfig())
    assert sound.seconds == 600
    assert len(sound.starts) == 239
    for model in ("td_cnn", "cnn_rnn"):
        answer = answer_sound(runs[model], network_of(runs[model]), sound)
        assert not answer.averaged
        assert len(answer.windows) == 239
        # The same five seconds over and over: the whole is what a part is, but for the seams.
        np.testing.assert_allclose(answer.probabilities, answer.windows[0], atol=0.05)


def test_several_runs_stand_side_by_side(runs: dict[str, Run]) -> None:
    test = shown(clip(), "cnn", "td_cnn", "cnn_rnn")
    assert len(verdicts(test)) == 3
    assert charts(test) == 3
    for sign in ("◆", "■", "▲"):
        assert says(test, sign)
    for letter, model in zip("ABC", ("cnn", "td_cnn", "cnn_rnn"), strict=True):
        assert any(f"**{letter}**" in text and MODELS[model].title in text for text in texts(test))
    # The only network whose frames vote is the second one.
    assert any("What each frame votes for" in text and "**B**" in text for text in texts(test))
    assert not test.error


def test_one_run_needs_no_letter(runs: dict[str, Run]) -> None:
    test = shown(clip(), "cnn")
    assert len(verdicts(test)) == charts(test) == 1
    assert not says(test, "**A**")
    assert player(test)["winners"] == []
    assert [row["name"] for row in player(test)["rows"]] == ["mel bands"]


def test_the_player_is_told_each_frames_vote(runs: dict[str, Run]) -> None:
    run = runs["td_cnn"]
    test = shown(clip(), "td_cnn")
    answer = answer_sound(run, network_of(run), hear(clip(), MelConfig()))
    assert answer.votes is not None
    told = player(test)
    assert told["winners"] == answer.votes.argmax(axis=1).tolist()
    assert told["percent"] == np.rint(100 * answer.votes.max(axis=1)).tolist()
    assert told["classes"] == [class_label(name) for name in run.config.classes]
    order = np.argsort(-answer.votes.mean(axis=0), kind="stable")[:5]
    assert [row["name"] for row in told["rows"][1:]] == [told["classes"][label] for label in order]
    assert told["seconds"] == 5
    assert told["kind"] == "audio/wav"


def test_a_fiftieth_of_a_second_is_padded_as_a_clip_is(runs: dict[str, Run]) -> None:
    test = shown(clip()[: SAMPLE_RATE // 50], "cnn", "td_cnn")
    assert len(verdicts(test)) == 2
    assert player(test)["seconds"] == 5
    assert not says(test, "Window by window")
    assert not test.error


def test_twelve_seconds_are_judged_in_windows_and_as_a_whole(runs: dict[str, Run]) -> None:
    test = shown(long_sound(), "cnn", "td_cnn", "cnn_rnn")
    assert charts(test) == 4
    table = test.dataframe[0].value
    assert list(table.columns) == ["seconds", "◆ A says", "■ B says", "▲ C says"]
    assert list(table["seconds"])[:2] == ["0.0 to 5.0", "2.5 to 7.5"]
    assert list(table["seconds"])[-1] == "7.0 to 12.0"
    assert says(test, "1D-CNN takes 5 s and no other length")
    assert sum("takes any length" in text for text in texts(test)) == 2
    assert player(test)["seconds"] == 12
    assert player(test)["marks"][-1] == [12, "12"]


def test_a_silent_window_is_called_silence(runs: dict[str, Run]) -> None:
    samples = np.concatenate([clip(0), np.zeros(8 * SAMPLE_RATE, np.float32), clip(9)])
    test = shown(samples, "cnn")
    said = list(test.dataframe[0].value["answer"])
    assert "silence" in said
    assert said[0] != "silence"
    silence = shown(np.zeros(12 * SAMPLE_RATE, np.float32), "cnn")
    (headline,) = (text for text in silence.markdown if text.value.startswith("##"))
    assert headline.value.startswith(f"## {NOT_KNOWN}")
    assert headline.proto.help == "Not known, because it is silent."
    assert set(silence.dataframe[0].value["answer"]) == {"silence"}


def test_the_page_says_what_the_measures_say(runs: dict[str, Run]) -> None:
    novelty = novelty_of(runs["cnn"], WEIGHTS, load_dataset("practice"), network_of(runs["cnn"]))
    assert novelty.training is not None
    assert len(novelty.training) == len(runs["cnn"].config.clips["train"])
    assert novelty.validation == len(runs["cnn"].config.clips["validation"])
    stored = by_probability(runs["cnn"].answers(WEIGHTS).probabilities["validation"])
    assert novelty.least_probability == stored.least_probability
    noise = np.random.default_rng(1).uniform(-1, 1, CLIP_SAMPLES).astype(np.float32)
    sound = hear(noise, MelConfig())
    answer = answer_sound(runs["cnn"], network_of(runs["cnn"]), sound)
    unknown = unknown_sound(sound, unknown_windows(sound, answer, novelty))
    (said,) = verdicts(shown(noise, "cnn"))
    assert said.startswith(NOT_KNOWN) == (unknown is not None)
    assert re.search(r"\(?\w[\w ]*, \d+%\)?$", said)


def test_an_unknown_sound_says_why_and_what_it_is_closest_to(
    runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    all_windows_are(Unknown(("it is odd", "it is far")), monkeypatch)
    test = shown(clip(), "cnn")
    assert re.fullmatch(r"I don't know this \(\w[\w ]*, \d+%\)", verdicts(test)[0])
    (headline,) = (text for text in test.markdown if text.value.startswith("##"))
    assert headline.proto.help == "Not known, because it is odd, and it is far."


def test_a_long_sound_is_unknown_if_most_of_what_is_heard_is() -> None:
    samples = np.zeros(30 * SAMPLE_RATE, np.float32)
    samples[: 15 * SAMPLE_RATE] = 0.1
    sound = hear(samples, MelConfig())
    why = Unknown(("it is odd",))
    windows = [why if silent else None for silent in sound.silent]
    assert list(sound.silent) == [start >= 15 for start in sound.starts]
    assert unknown_sound(sound, windows) is None
    loud = np.flatnonzero(~sound.silent)
    for place in loud[: len(loud) // 2 + 1]:
        windows[place] = why
    said = f"{len(loud) // 2 + 1} of its {len(loud)} windows that are not silent"
    assert said in str(unknown_sound(sound, windows))


def test_without_its_dataset_the_probability_decides(
    runs: dict[str, Run], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_windows_are(Unknown(("it is odd",)), monkeypatch)
    samples = clip()
    shutil.rmtree(home / "datasets")
    test = shown(samples, "cnn", "td_cnn")
    assert len(verdicts(test)) == 2
    assert says(test, "only the probability decides")
    assert not test.error


def test_beside_a_refusal_stands_when_there_is_one_and_what_it_costs(
    runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    novelty = novelty_of(runs["cnn"], WEIGHTS, load_dataset("practice"), network_of(runs["cnn"]))
    all_windows_are(Unknown(("it is odd",)), monkeypatch)
    test = shown(clip(), "cnn")
    assert says(test, f"A network says *{NOT_KNOWN}* when its answer is less probable than 95% of")
    assert says(test, f"{novelty.refused} of {novelty.validation} validation clips")
    assert not says(test, "only the probability decides")


def test_an_answer_that_is_known_is_not_contradicted(
    runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    all_windows_are(None, monkeypatch)
    test = shown(clip(), "cnn", "td_cnn")
    assert len(verdicts(test)) == 2
    assert not says(test, NOT_KNOWN)


def test_before_there_is_a_worker_there_is_a_sentence_and_the_sound(
    runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cluster, "capacity", lambda _: NOTHING)
    samples = (0.5 * clip(7)).astype(np.float32)
    test = shown(samples, "cnn", "td_cnn")
    assert [text.value for text in test.info] == [WARMING_UP]
    assert not test.error
    assert player(test)["seconds"] == 5
    assert not charts(test)


def test_a_run_with_damaged_weights_leaves_the_others(runs: dict[str, Run]) -> None:
    damaged = runs["cnn"]
    path = damaged.folder / f"{WEIGHTS}.weights.h5"
    path.unlink()  # it is a hard link
    path.write_bytes(b"no weights")
    outcome = damaged.folder / "outcome.json"
    content = outcome.read_bytes()
    outcome.unlink()
    outcome.write_bytes(content)  # what is kept was answered before
    test = shown(clip(), "cnn", "td_cnn")
    (error,) = test.error
    assert "damaged or belong to another network" in error.value
    assert "**A**" in error.value
    assert len(verdicts(test)) == 1
    with pytest.raises(RunError, match="damaged"):
        answer_sound(damaged, network_of(damaged), hear(clip(), MelConfig()))
