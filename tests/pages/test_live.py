"""A network that keeps listening, while no worker is there and as soon as one is."""

from __future__ import annotations

import numpy as np
import pytest

from esc10.audio.loading import SAMPLE_RATE
from esc10.engine.cluster import NOTHING, WARMING_UP, Cluster
from esc10.ui.microphone.microphone import Heard
from esc10.ui.predict.live import _STATE, Listening
from tests.pages.conftest import Trained
from tests.support.pages import drawn, predict, says


def test_what_was_heard_before_a_worker_came_is_judged_when_it_does(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(("cnn", "logmel"))
    noise = np.random.default_rng(1).normal(0, 3000, (5 * SAMPLE_RATE, 1)).astype(np.int16)
    listening = Listening()
    listening.add(Heard(noise, SAMPLE_RATE, {}, 1))
    page = predict("Live")
    page.session_state[_STATE] = listening
    with monkeypatch.context() as without:
        without.setattr(Cluster, "capacity", lambda _: NOTHING)
        for _ in range(2):
            drawn(page)
            assert says(page, WARMING_UP)
            assert not page.error
    # Nobody has said anything since: after Stop, nobody does.
    drawn(page)
    assert not says(page, WARMING_UP)
    assert any(text.value.startswith("## ") for text in page.markdown)
    assert len(listening.answers) == 1
    drawn(page)
    assert len(listening.answers) == 1
