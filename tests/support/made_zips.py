"""Zips of a run, as `esc10.runs.exchange` makes them and as a stranger would."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.datasets import CATEGORIES, SOURCES
from esc10.datasets.practice.plan import filenames
from esc10.errors import DamagedRunError, RunError
from esc10.features.inputs import Scaling
from esc10.features.mel import MelConfig
from esc10.inference.classifier import Classifier
from esc10.runs.exchange import import_run, run_zip
from esc10.runs.outcome import weight_files
from esc10.runs.run import Run
from esc10.runs.store import runs_folder
from esc10.runs.writing import add_epoch, add_event, create_run, finish_run
from esc10.training.config import TrainConfig
from esc10.training.loop import train
from esc10.training.plan import RunConfig, TrainingData
from esc10.training.results import TrainResult

SIZES = {"train": 20, "validation": 12, "test": 8}
Files = dict[str, bytes]
Change = Callable[[Any], object]


def valid_config(number: int = 1) -> RunConfig:
    """A configuration of practice sounds that is in order in every respect."""
    targets = SOURCES["practice"].targets
    names = iter(filenames())
    return RunConfig(
        run_id=f"20260101-120000-{number:03}-td_cnn-ab12",
        created="2026-01-01T12:00:00+00:00",
        train=TrainConfig("practice", "td_cnn", epochs=3, batch_size=10, owner="Ada"),
        classes=tuple(CATEGORIES[target] for target in targets),
        mel=MelConfig(),
        scaling=Scaling(-30.123456789012345, 17.1),
        clips={part: tuple(next(names) for _ in range(clips)) for part, clips in SIZES.items()},
        versions={"numpy": "2"},
    )


def labels_of(config: RunConfig, part: str) -> NDArray[np.int64]:
    targets = SOURCES[config.train.dataset].targets
    numbers = [int(name.rpartition("-")[2].removesuffix(".wav")) for name in config.clips[part]]
    return np.array([targets.index(number) for number in numbers], dtype=np.int64)


def sounds(clips: int, seed: int = 3) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(clips, MelConfig().frames, MelConfig().n_mels)).astype(np.float32)


def trained_run(home: Path, width: float = 1.0) -> Run:
    """A really trained run, in a home of its own; its two best epochs are two."""
    config = valid_config()
    config = replace(config, train=replace(config.train, width=width))
    y = {part: labels_of(config, part) for part in SIZES}
    tries = (_trained_on_noise(config, y, seed) for seed in range(100))
    result = next(each for each in tries if len(weight_files_of(each)) == 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESC10_HOME", str(home))
        run = create_run(config)
        add_event(run, "started")
        for row in result.history:
            add_epoch(run, row)
        finish_run(run, result, y)
    return Run(run.folder, config)


def _trained_on_noise(config: RunConfig, y: dict[str, NDArray[np.int64]], seed: int) -> TrainResult:
    x = {part: sounds(clips, seed) for part, clips in SIZES.items()}
    # So slowly that the normalisation settles meanwhile, and the best epochs may differ.
    return train(TrainingData(x, y, 10), replace(config.train, learning_rate=1e-6))


def weight_files_of(result: TrainResult) -> set[str]:
    epochs = {criterion: best.epoch for criterion, best in result.best.items()}
    return set(weight_files(epochs).values())


def files_of(run: Run) -> Files:
    """What the run's zip holds."""
    with zipfile.ZipFile(io.BytesIO(run_zip(run))) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def packed(files: Files, folder: str = valid_config().run_id) -> bytes:
    """A zip of these files in that folder."""
    return zipped({f"{folder}/{name}": content for name, content in files.items()})


def zipped(members: Files) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            # Set apart: a ZipInfo made from a name changes it on some systems.
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def never(*_: object) -> NoReturn:
    pytest.fail("a network is built before everything else has been checked")


def fit(config: RunConfig, weights: bytes) -> None:
    Classifier(config, weights)


def anything(*_: object) -> None:
    """No network is built where weights are not what is tested."""


def refusal(content: bytes | Path, check: Callable[..., None] = never) -> str:
    """The sentence of a refusal that leaves nothing behind."""
    with pytest.raises(RunError) as caught:
        import_run(content, check)
    assert not runs_folder().exists() or not list(runs_folder().iterdir())
    sentence = str(caught.value)
    assert len(sentence) < 300
    assert sentence.isprintable()
    damaged = isinstance(caught.value, DamagedRunError)
    assert damaged == sentence.startswith("The zip cannot be read: ")
    return sentence


def refused(content: bytes) -> str:
    """The same, of a zip that is not in order."""
    sentence = refusal(content)
    assert sentence.startswith(("The zip is refused: ", "The zip cannot be read: "))
    assert sentence.endswith(". Ask for a fresh export.")
    return sentence


def with_json(files: Files, name: str, change: Change) -> bytes:
    """The zip with one file of JSON changed."""
    stored = json.loads(files[name])
    change(stored)
    return packed({**files, name: json.dumps(stored).encode()})


def with_events(files: Files, change: Change) -> bytes:
    events = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    change(events)
    lines = "".join(json.dumps(event) + "\n" for event in events)
    return packed({**files, "events.jsonl": lines.encode()})


def refused_in_little_memory(content: bytes) -> str:
    """The same, of a zip that would like to fill the memory."""
    tracemalloc.start()
    try:
        sentence = refused(content)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()
    return sentence
