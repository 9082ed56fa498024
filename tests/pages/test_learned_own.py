"""Own sounds that trained a network are known again, whichever way they come to Predict."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import soundfile

from esc10.audio.loading import SAMPLE_RATE
from esc10.datasets import load_dataset
from esc10.datasets.own.build import make_own
from esc10.datasets.own.recordings import as_own_dataset, keep, kept_recordings
from esc10.runs.run import Run
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run
from esc10.ui import server
from tests.support.own_sounds import numbered, sound, zip_of
from tests.support.pages import drawn, predict, told, uploaded
from tests.support.waiting import WARM_SECONDS

SECONDS = 3
TRAINED = " · trained on it"


def trained_on(key: str) -> Run:
    """A network that really learned from own sounds, for one epoch."""
    run = server.engine().submit(plan_run(TrainConfig(key, "cnn", epochs=1, batch_size=8)))
    assert server.engine().wait_until_idle(WARM_SECONDS)
    assert run.state == "finished"
    return run


def test_what_was_kept_and_learned_is_known_again_and_the_rest_is_not() -> None:
    for hour, label in enumerate(["dog", "rain"] * 4):
        noise = np.random.default_rng(hour).normal(0, 0.1, SECONDS * SAMPLE_RATE)
        keep(noise.astype(np.float32), label, datetime(2026, 1, 2, hour, tzinfo=UTC))
    run = trained_on(as_own_dataset("Mine"))
    learned = {
        soundfile.read(clip.path, dtype="int16")[0][: SECONDS * SAMPLE_RATE].tobytes()
        for clip in load_dataset(run.config.train.dataset).clips
        if clip.filename in run.config.clips["train"]
    }
    said = [TRAINED in text for text in told(drawn(predict("Kept")))]
    assert said == [
        soundfile.read(kept.path, dtype="int16")[0].tobytes() in learned
        for kept in kept_recordings()
    ]
    assert 0 < sum(said) < len(said)


def test_so_are_the_files_that_own_sounds_were_made_of() -> None:
    names = numbered(["dog", "rain"], 4)
    files = {name: sound(seed, 7.0, 44_100) for seed, name in enumerate(names)}
    run = trained_on(make_own(zip_of(files), "Mine"))
    page = drawn(uploaded([*files.items(), ("new.wav", sound(99, 7.0, 44_100))]))
    said = [TRAINED in text for text in told(page)]
    assert sum(said) == len(run.config.clips["train"])
    assert not said[-1]
