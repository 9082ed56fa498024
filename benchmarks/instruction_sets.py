"""A processor as it is, and held to AVX2, which most laptops have at best."""

from __future__ import annotations

import os
import subprocess
import sys

FULL, HELD = "full", "avx2"

SETS: dict[str, dict[str, str]] = {
    FULL: {},
    HELD: {
        "ONEDNN_MAX_CPU_ISA": "AVX2",  # the convolutions of TensorFlow and of PyTorch
        "ATEN_CPU_CAPABILITY": "avx2",  # PyTorch's own loops
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",  # PyTorch's matrix products
    },
}
"""What a process must find in its environment to use no more. TensorFlow's own loops are compiled
for AVX alone."""

_PROBES = {
    "TensorFlow": "import tensorflow as tf; tf.nn.conv2d(tf.ones((1, 8, 8, 4)), "
    "tf.ones((3, 3, 4, 4)), 1, 'VALID')",
    "PyTorch": "import torch; torch.ones(8, 8).to_mkldnn()",
}
_SAID = "cpu,isa:"


def used_by_onednn(instructions: str) -> dict[str, str]:
    """What oneDNN says it uses in each library's process: the check that the holding bites.

    Args:
        instructions: a key of `SETS`.

    Returns:
        oneDNN's own words, by library.

    Raises:
        RuntimeError: a library does not say.
    """
    return {library: _isa(library, probe, instructions) for library, probe in _PROBES.items()}


def _isa(library: str, probe: str, instructions: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", f"import esc10.training; {probe}"],
        env={**os.environ, **SETS[instructions], "ONEDNN_VERBOSE": "1"},
        capture_output=True,
        text=True,
    )
    for line in ran.stdout.splitlines():
        if _SAID in line:
            return line.partition(_SAID)[2]
    raise RuntimeError(f"{library} does not use oneDNN here: {ran.stderr[-2000:]}")
