"""What a sound reminds a network of: the nearest training clips, named and to play."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from esc10.audio.loading import load_clip
from esc10.datasets import Clip, load_dataset
from esc10.datasets.clips import class_label
from esc10.engine.cluster import NOTHING, WARMING_UP, Cluster
from esc10.inference.novelty import NEIGHBOURS
from esc10.runs.run import Run
from tests.pages.conftest import Trained
from tests.support.pages import compared, drawn, judging, texts


@pytest.fixture
def runs(trained: Trained) -> dict[str, Run]:
    return trained(("cnn", "logmel"), ("td_cnn", "logmel"))


def shown(samples: NDArray[np.float32], *models: str) -> AppTest:
    return judging("reminders", samples, *models)


def learnt(run: Run, place: int = 0) -> tuple[Clip, NDArray[np.float32]]:
    """A clip that trained a network, and its samples."""
    clip = load_dataset("practice").clip(run.config.clips["train"][place])
    return clip, load_clip(clip.path).samples


def test_a_clip_it_learned_from_reminds_it_of_that_clip_first(runs: dict[str, Run]) -> None:
    clip, samples = learnt(runs["cnn"], 7)
    test = shown(samples, "cnn")
    away = [text for text in texts(test) if " away · " in text]
    assert len(away) == NEIGHBOURS
    assert away[0].startswith("0.0 away")
    assert clip.src_file in away[0]
    distances = [float(text.split()[0]) for text in away]
    assert distances == sorted(distances)
    (said,) = [text for text in texts(test) if text.startswith("It says ")]
    assert f"Of the {len(runs['cnn'].config.clips['train'])} clips that it learned from" in said
    counts = re.findall(r"(\d) × \*\*([^*]+)\*\*", said)
    assert sum(int(count) for count, _ in counts) == NEIGHBOURS
    assert class_label(clip.category) in [name for _, name in counts]
    assert len(test.get("audio")) == 1 + NEIGHBOURS  # itself first
    itself, nearest = compared(test)
    assert itself == "This sound"
    known = f"{class_label(clip.category)}, recording {clip.src_file}, take {clip.take}"
    assert nearest == f"Trained on: {known}"
    test.selectbox(key=f"compare with the nearest, {NEIGHBOURS}").set_value(2)
    third = re.findall(r"recording \S+", away[2])[0]
    assert third in compared(drawn(test))[1]
    assert not test.error


def test_of_a_long_sound_the_surest_window_is_asked(runs: dict[str, Run]) -> None:
    _, samples = learnt(runs["td_cnn"], 3)
    test = shown(np.concatenate([np.zeros(4 * len(samples), np.float32), samples]), "td_cnn")
    (start,) = re.findall(r"\*\*This sound\*\*, from ([\d.]+) s on", " ".join(texts(test)))
    assert float(start) > 15  # those before are silent
    assert not test.error


def test_one_network_after_the_other_is_asked(runs: dict[str, Run]) -> None:
    _, samples = learnt(runs["cnn"])
    test = shown(samples, "cnn", "td_cnn")
    first = texts(test)
    (choice,) = test.segmented_control
    choice.set_value(1)
    assert texts(drawn(test)) != first


def test_without_the_clips_it_says_why_there_are_none(runs: dict[str, Run], home: Path) -> None:
    _, samples = learnt(runs["cnn"])
    shutil.rmtree(home / "datasets")
    test = shown(samples, "cnn")
    (sentence,) = [info.value for info in test.info]
    assert "must be here to be compared with" in sentence
    assert not test.error


def test_without_a_worker_it_waits(runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch) -> None:
    _, samples = learnt(runs["cnn"])
    monkeypatch.setattr(Cluster, "capacity", lambda _: NOTHING)
    assert [info.value for info in shown(samples, "cnn").info] == [WARMING_UP]
