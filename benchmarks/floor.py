"""What a training step cannot do without: operations and bytes, over what this machine can do.

Operations: a product of the weights with the inputs forward, one for the weights' gradient, and one
for the inputs' gradient except in the first layer. Bytes: what must lie in memory between the
passes, if everything between two poolings were one pass: the input read twice, and every pooled
activation and recurrent state written once and read twice, its gradient written and read once.
Neither can be reached; the larger of both is the floor.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import joblib
import numpy as np

from benchmarks.step import Step

if TYPE_CHECKING:
    from esc10.training.networks import LayerTable

MATRIX = 2048
COPIED_BYTES = 2**28
_FLOAT_BYTES = 4


@dataclass(frozen=True)
class Work:
    """A step's work.

    Attributes:
        operations: multiplications and additions.
        moved_bytes: read and written.
    """

    operations: float
    moved_bytes: float

    def seconds(self, operations_rate: float, bandwidth: float) -> float:
        """The floor, for operations and bytes a second."""
        return max(self.operations / operations_rate, self.moved_bytes / bandwidth)


def work_of(table: LayerTable, clips: int, frames: int, n_mels: int) -> Work:
    """The work of a training step.

    Args:
        table: the network's layers.
        clips: in the batch.
        frames: of a clip.
        n_mels: mel bands of a frame.
    """
    operations, kept = 0, 0
    first = True
    for row in table.rows:
        *positions, outputs = (frames if size is None else size for size in row.shape)
        gates = 4 if row.kind == "LSTM" else 1
        if row.kind in ("Conv1D", "Conv2D", "Dense", "LSTM"):
            products = (row.parameters - gates * outputs) * prod(positions) * clips
            operations += 2 * products * (2 if first else 3)
            first = False
        if row.kind in ("MaxPooling1D", "MaxPooling2D", "LSTM"):
            kept += gates * outputs * prod(positions) * clips
    inputs = clips * frames * n_mels
    return Work(operations, _FLOAT_BYTES * (2 * inputs + 5 * kept))


def matmul_step() -> Step:
    """A product of two square matrices; it makes 2 * MATRIX**3 operations."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    matrix = tf.random.normal((MATRIX, MATRIX))

    def step() -> int:
        tf.matmul(matrix, matrix).numpy()
        return 1

    return step


def copy_step() -> Step:
    """A copy by all cores; it moves 2 * COPIED_BYTES."""
    cores = joblib.cpu_count()
    source = np.ones(COPIED_BYTES // 8).reshape(cores, -1)
    target = np.empty_like(source)
    pool = ThreadPoolExecutor(cores)

    def step() -> int:
        list(pool.map(np.copyto, target, source))
        return 1

    return step


STEPS = {"matmul": matmul_step, "copy": copy_step}
