"""The measured end of `benchmarks.scale`: a server-side process that does what the app's does.

    features            the mel spectrograms of the practice sounds, computed and cached
    training NETWORK..  plan a run of each network; send each to a worker and train two epochs

First it says which process it is, ready and idle; then a line after each phase.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from benchmarks.fresh import say
from esc10.audio.loading import load_sound
from esc10.datasets import load_dataset
from esc10.engine.cluster import Cluster
from esc10.engine.queue import Engine
from esc10.features.mel import MelConfig, feature_set, mel_power
from esc10.runs.run import Run
from esc10.training.config import TrainConfig
from esc10.training.plan import RunConfig, plan_run

DATASET = "practice"
EPOCHS = 2
"""The second is measured: in the first the worker asks the system for its memory."""

_WARM_SECONDS = 300
_RUN_SECONDS = 1800


def features() -> None:
    """Compute and cache the mel spectrograms, one clip having been through all of it."""
    dataset = load_dataset(DATASET)
    clip = dataset.clips[0]
    mel_power(load_sound(clip.path, clip.filename).samples, MelConfig())
    say({"pid": os.getpid()})
    began = time.perf_counter()
    feature_set(dataset, MelConfig())
    say({"phase": "features", "seconds": time.perf_counter() - began})


def training(networks: list[str]) -> None:
    """Train each network through an engine of our own.

    Args:
        networks: keys of `esc10.training.networks.MODELS`.

    Raises:
        RuntimeError: no worker came up, or a run failed.
    """
    engine = Engine(Cluster())
    try:
        if not engine.wait_until_warm(_WARM_SECONDS):
            raise RuntimeError(f"no worker was warm within {_WARM_SECONDS} s")
        say({"pid": os.getpid()})
        began = time.perf_counter()
        plans = [plan_run(TrainConfig(DATASET, network, epochs=EPOCHS)) for network in networks]
        say({"phase": "plan", "seconds": (time.perf_counter() - began) / len(plans)})
        for plan in plans:
            _train(engine, plan)
    finally:
        engine.close()


def _train(engine: Engine, plan: RunConfig) -> None:
    run = engine.submit(plan)
    if not engine.wait_until_idle(_RUN_SECONDS):
        raise RuntimeError(f"{run.run_id} was not done after {_RUN_SECONDS} s")
    say({"phase": plan.train.model, **_times(run)})


def _times(run: Run) -> dict[str, Any]:
    """The seconds of the last epoch, and those before the first and after the last."""
    outcome = run.outcome
    if outcome is None or outcome.state != "finished":
        raise RuntimeError(f"{run.run_id} failed: {outcome.reason if outcome else 'no outcome'}")
    at = {event["kind"]: event["at"] for event in run.events()}
    return {
        "seconds": run.history()[-1].seconds,
        "prepare_s": at["started"] - at["queued"],
        "finish_s": at["finished"] - at["epoch"],
    }


if __name__ == "__main__":
    if sys.argv[1] == "features":
        features()
    else:
        training(sys.argv[2:])
