"""How long an epoch takes on this machine: measured here on request, or as runs took it."""

from __future__ import annotations

from collections.abc import Iterable

from esc10.engine.jobs import Job
from esc10.progress import OnProgress, Progress, ShouldStop
from esc10.runs.run import Run
from esc10.training.config import TrainConfig
from esc10.training.networks import LAB_MODELS, MODELS
from esc10.training.plan import plan_run
from esc10.ui.server import engine, jobs
from esc10.ui.trainings import epoch_seconds, kind_of

MEASURE_JOBS = "measure epochs "
"""How the names of the jobs begin that measure; a dataset's key follows."""


def measure(key: str) -> None:
    """Measure two epochs of each of the lab's networks, in a job; no run comes of it."""
    owner = engine()

    def work(on_progress: OnProgress, should_stop: ShouldStop) -> dict[str, float | None]:
        seconds: dict[str, float | None] = {}
        for model in LAB_MODELS:
            if not should_stop():
                on_progress(Progress(MODELS[model].title, len(seconds), len(LAB_MODELS)))
                plan = plan_run(TrainConfig(key, model), should_stop=should_stop)
                seconds[model] = owner.networks.epoch_seconds(plan)
        return seconds

    jobs().start(MEASURE_JOBS + key, work)


def measuring(key: str) -> Job | None:
    """The job that measures on that dataset, or has."""
    return jobs().get(MEASURE_JOBS + key)


def too_slow(key: str) -> list[str]:
    """The titles of the networks of which not one epoch ended while it was waited for."""
    return [MODELS[model].title for model, taken in _measured(key).items() if taken is None]


def _measured(key: str) -> dict[str, float | None]:
    job = measuring(key)
    return job.result if job and isinstance(job.result, dict) else {}


def seconds_per_epoch(key: str, runs: Iterable[Run]) -> dict[str, float | None]:
    """Of each of the lab's networks on that dataset; None where nobody knows.

    What was measured counts first: a run may come from another machine. `runs` are the newest
    first.
    """
    measured = _measured(key)
    taken = epoch_seconds(runs)
    return {
        model: measured.get(model, taken.get(kind_of(TrainConfig(key, model))))
        for model in LAB_MODELS
    }
