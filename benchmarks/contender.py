"""One side of a comparison: a process of its own, so that no library's threads disturb another's.

It reads a batch, builds its network, and takes a step for each line it reads; each answer is the
step's seconds. The parent lets the sides take turns.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.instruction_sets import SETS

KINDS = ("ours", "literal", "conv1d", "conv2d", "conv2d-kept", "matmul", "copy")
"""The sides: our networks, the lab's code, PyTorch in three forms, and the machine's two speeds."""

_KEEP_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**33)}
"""Tells glibc to keep freed memory. PyTorch asks the system for each activation anew, and its pages
cost it a third of a step; TensorFlow keeps memory by itself."""


class Contender:
    """The parent's end of such a process."""

    def __init__(self, kind: str, network: str, batch: Path, instructions: str) -> None:
        """Start it and wait until it could begin.

        Args:
            kind: one of `KINDS`.
            network: a key of `esc10.training.networks.MODELS`; the machine's speeds have none.
            batch: an `.npz` with `x`, shape (clips, frames, mel bands), and `y`, shape (clips,).
            instructions: a key of `benchmarks.instruction_sets.SETS`.

        Raises:
            RuntimeError: the process ended; with the last that it said.
        """
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115  (closed in `close`)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.contender", kind, network, str(batch)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            env={
                **os.environ,
                **SETS[instructions],
                **(_KEEP_MEMORY if kind.endswith("-kept") else {}),
            },
        )
        try:
            self._read()
        except RuntimeError:
            self.close()
            raise

    def step(self) -> float:
        """The seconds of one more step.

        Raises:
            RuntimeError: the process ended; with the last that it said.
        """
        assert self._process.stdin is not None
        self._process.stdin.write("step\n")
        self._process.stdin.flush()
        return float(self._read())

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._said.seek(0)
            raise RuntimeError(f"a contender ended: {self._said.read()[-2000:]}")
        return line

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=60)
        self._said.close()


def main() -> None:
    """Answer every line with the seconds of a step."""
    kind, network, path = sys.argv[1:]
    with np.load(path) as batch:
        x, y = batch["x"], batch["y"]
    if kind in ("ours", "literal"):
        from benchmarks import keras_steps

        step = keras_steps.STEPS[kind](network, x, y)
    elif kind.startswith("conv"):
        from benchmarks import torch_steps

        step = torch_steps.step_of(network, kind.removesuffix("-kept"), x, y)
    else:
        from benchmarks import floor

        step = floor.STEPS[kind]()
    print("ready", flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        steps = step()
        print((time.perf_counter() - began) / steps, flush=True)


if __name__ == "__main__":
    main()
