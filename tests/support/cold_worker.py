"""A worker whose networks are traced when a run asks for them: for tests that end workers.

Given to `dask worker --preload` in place of `esc10.engine.worker`.
"""

from __future__ import annotations

from distributed import Worker

from esc10.engine import worker as room


def dask_setup(worker: Worker) -> None:
    """Import Keras, and no more."""
    from esc10.training import lending

    lending.warm_up = lambda *_: None
    room.dask_setup(worker)
