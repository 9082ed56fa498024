"""Embeddings of clips as points of a plane, so that a page can show them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esc10.errors import RunError

_FEWEST_CLIPS = 3
"""Two points lie on a line."""


@dataclass(frozen=True)
class Plane:
    """Clips as points of the plane that holds most of what their embeddings differ by.

    Attributes:
        points: shape (clips, 2); without a unit, 0 is the training clips' mean.
        explained: the share of the training clips' variance that the two directions hold, 0 to 1.
    """

    points: NDArray[np.float32]
    explained: float


def plane_of(embeddings: NDArray[np.float32], training: NDArray[np.bool_]) -> Plane:
    """The plane in which the training clips differ most, and where it has each clip.

    A principal component analysis of the units, each first brought to mean 0 and deviation 1.
    Both are fitted on the training clips alone, as the network was, and applied to all: so the
    others show where the network puts what it has never heard. t-SNE, whose pictures are prettier,
    has no place for a clip it was not fitted on, and its distances and gaps mislead.

    Args:
        embeddings: shape (clips, units); a unit that gives every clip the same adds nothing.
        training: which of the clips the network was trained on, shape (clips,).

    Returns:
        The same plane each time, its directions' signs included. Where no unit tells the training
        clips apart, all points are 0, and so is what is explained.

    Raises:
        RunError: there are fewer than three training clips or two units, or embeddings that are not
            finite.
    """
    fitted = np.asarray(embeddings[training], np.float64)
    if len(fitted) < _FEWEST_CLIPS or embeddings.shape[1] < 2:
        raise RunError(
            "A plane needs three training clips and two hidden units at least; here are "
            f"{len(fitted)} and {embeddings.shape[1]}."
        )
    if not np.isfinite(embeddings).all():
        raise RunError("The network's hidden layer gives numbers that are not finite.")
    if not np.ptp(fitted, axis=0).any():
        return Plane(np.zeros((len(embeddings), 2), np.float32), 0.0)
    # Slow to import, and needed only here.
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    # The full solver: for many clips the usual choice is one that draws random numbers.
    pipeline = make_pipeline(StandardScaler(), PCA(2, svd_solver="full")).fit(fitted)
    points = pipeline.transform(np.asarray(embeddings, np.float64))
    explained = float(pipeline[-1].explained_variance_ratio_.sum())
    return Plane(points.astype(np.float32), explained)
