"""The official ESC-10 from a server on this machine: fetched, verified, trained, evaluated."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from esc10.datasets.esc10 import ESC10_COMMIT
from tests.support import ROOT
from tests.support.serving import Host, serve

CHANCE = 0.1
EPOCHS = 25


def command(home: Path, mirror: str, *arguments: str) -> dict[str, Any]:
    """What a command prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "esc10", *arguments, "--json"],
        cwd=ROOT,
        env={**os.environ, "ESC10_HOME": str(home), "ESC10_MIRROR": mirror},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_esc10_is_fetched_verified_trained_and_evaluated(home: Path, real_archive: Path) -> None:
    path = f"/karolpiczak/ESC-10/archive/{ESC10_COMMIT}.zip"
    with serve(Host({path: real_archive.read_bytes()})) as host:
        fetched = command(home, host.url, "fetch", "esc10")
        assert fetched["clips"] == 400
        assert [asked for asked, _ in host.requests] == [path]
    trained = command(
        home,
        "",
        *("train", "--dataset", "esc10", "--model", "cnn", "--split", "folds"),
        *("--epochs", str(EPOCHS)),
    )
    assert (trained["parameters"], trained["trainable_parameters"]) == (47_018, 46_890)
    assert trained["epochs"] == EPOCHS
    judged = command(home, "", "evaluate", "latest")
    assert judged["run_id"] == trained["run_id"]
    # Keras counts in single precision.
    best = pytest.approx(trained["best_val_accuracy"], abs=1e-6)
    assert judged["validation"]["accuracy"] == best
    # No network that hears nothing gets there: its interval would have to miss by far.
    for part in ("validation", "test"):
        low, _ = judged[part]["interval"]
        assert low > 2 * CHANCE
        assert sum(map(sum, judged[part]["confusion"])) == 80
