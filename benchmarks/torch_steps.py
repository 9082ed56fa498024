"""The same three networks in PyTorch, each in the forms a good programmer would try.

`conv1d` folds time into the batch; `conv2d` takes it as an image's first axis, its memory laid out
channels last.

The numbers are Keras': batch normalisation with epsilon 0.001 and momentum 0.99, pooling that keeps
the last band of an odd number, Adam with its usual step.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.step import Step

CLASSES = 10


class Blocks(nn.Module):
    """Three convolutions, each rectified and pooled."""

    def __init__(self, form: str, channels: int, *, normalised: bool, dropped: bool) -> None:
        """Lay the blocks out for one form.

        Args:
            form: `conv1d` or `conv2d`.
            channels: of the input.
            normalised: whether batch normalisation follows each pooling.
            dropped: whether values are dropped, where the hybrid drops them.
        """
        super().__init__()
        flat = form == "conv1d"
        conv = nn.Conv1d if flat else nn.Conv2d
        norm = nn.BatchNorm1d if flat else nn.BatchNorm2d
        pool = nn.MaxPool1d(2, ceil_mode=True) if flat else nn.MaxPool2d((1, 2), ceil_mode=True)
        stack: list[nn.Module] = []
        for block, (filters, width) in enumerate(((16, 9), (16, 3), (32, 3))):
            stack += [conv(channels, filters, width if flat else (1, width)), nn.ReLU()]
            dropout = [nn.Dropout(0.5)] if dropped else []
            # The hybrid drops before its last pooling, and after the others.
            stack += [*dropout, pool] if block == 2 else [pool, *dropout]
            if normalised:
                stack.append(norm(filters, eps=0.001, momentum=0.01))
            channels = filters
        self.stack = nn.Sequential(*stack)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The last block's output."""
        return self.stack(x)


class Cnn(nn.Module):
    """The 1D-CNN over time."""

    def __init__(self, form: str, bands: int) -> None:
        """Build it for clips of 216 frames."""
        super().__init__()
        self.image = form == "conv2d"
        self.blocks = Blocks(form, bands, normalised=True, dropped=False)
        self.head = nn.Sequential(
            nn.Flatten(), nn.Linear(800, 32), nn.ReLU(), nn.Linear(32, CLASSES)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (clips, classes) for (clips, frames, bands)."""
        x = x.transpose(1, 2)  # (clips, bands, frames)
        return self.head(self.blocks(x.unsqueeze(2) if self.image else x))


class Frames(nn.Module):
    """The convolutions along frequency, alike in every frame."""

    def __init__(self, form: str, *, normalised: bool, dropped: bool) -> None:
        """Build them."""
        super().__init__()
        self.image = form == "conv2d"
        self.blocks = Blocks(form, 1, normalised=normalised, dropped=dropped)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(clips, frames, 448) for (clips, frames, bands)."""
        clips, frames, bands = x.shape
        if not self.image:
            return self.blocks(x.reshape(-1, 1, bands)).reshape(clips, frames, -1)
        x = x.unsqueeze(1).contiguous(memory_format=torch.channels_last)
        x = self.blocks(x)  # (clips, 32, frames, 14)
        return x.permute(0, 2, 3, 1).reshape(clips, frames, -1)


class TdCnn(nn.Module):
    """The time-distributed 1D-CNN; its answers are averaged over frames, as probabilities."""

    def __init__(self, form: str) -> None:
        """Build it."""
        super().__init__()
        self.frames = Frames(form, normalised=True, dropped=False)
        self.head = nn.Sequential(nn.Linear(448, 32), nn.ReLU(), nn.Linear(32, CLASSES))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logarithms of the averaged probabilities, (clips, classes)."""
        return self.head(self.frames(x)).softmax(-1).mean(1).log()


class CnnRnn(nn.Module):
    """The hybrid."""

    def __init__(self, form: str) -> None:
        """Build it."""
        super().__init__()
        self.frames = Frames(form, normalised=False, dropped=True)
        self.lstm = nn.LSTM(448, 16, batch_first=True)
        self.head = nn.Sequential(nn.Dropout(0.35), nn.Linear(16, CLASSES))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (clips, classes)."""
        states, _ = self.lstm(self.frames(x))  # (clips, frames, 16)
        return self.head(states.mean(1))


def network_of(network: str, form: str, bands: int) -> nn.Module:
    """One of the networks in one of its forms."""
    if network == "cnn":
        module: nn.Module = Cnn(form, bands)
    else:
        module = TdCnn(form) if network == "td_cnn" else CnnRnn(form)
    return module.to(memory_format=torch.channels_last) if form == "conv2d" else module


def step_of(network: str, form: str, x: NDArray[np.float32], y: NDArray[np.int64]) -> Step:
    """A training step on a batch."""
    torch.manual_seed(1)
    module = network_of(network, form, x.shape[2]).train()
    optimizer = torch.optim.Adam(module.parameters(), lr=0.001)
    clips, labels = torch.from_numpy(x), torch.from_numpy(y)

    def step() -> int:
        optimizer.zero_grad(set_to_none=True)
        # Cross-entropy of logits and of logarithms of probabilities is the same.
        nn.functional.cross_entropy(module(clips), labels).backward()
        optimizer.step()
        return 1

    return step
