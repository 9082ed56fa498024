"""Many features of a clip as two, so that a page can show clips as points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from esc10.errors import RunError
from esc10.training.results import Plane

_FEWEST_CLIPS = 3
"""Two points lie on a line."""


def plane(features: NDArray[np.float32], training: NDArray[np.bool_]) -> Plane:
    """The plane in which the training clips differ most, and where it has each clip.

    A principal component analysis of the features, each first brought to mean 0 and deviation 1.
    Both are fitted on the training clips alone, as the network was, and applied to all: so the
    others show where the network puts what it has never heard. t-SNE, whose pictures are prettier,
    has no place for a clip it was not fitted on, and its distances and gaps mislead.

    Args:
        features: shape (clips, units); a unit that gives every clip the same adds nothing.
        training: which of the clips the network was trained on, shape (clips,).

    Returns:
        The same plane each time, its directions' signs included. Where no unit tells the training
        clips apart, all points are 0, and so is what is explained.

    Raises:
        RunError: there are fewer than three training clips or two units, or features that are not
            finite.
    """
    fitted = np.asarray(features[training], np.float64)
    if len(fitted) < _FEWEST_CLIPS or features.shape[1] < 2:
        raise RunError(
            "A plane needs three training clips and two hidden units at least; here are "
            f"{len(fitted)} and {features.shape[1]}."
        )
    if not np.isfinite(features).all():
        raise RunError("The network's hidden layer gives numbers that are not finite.")
    if not np.ptp(fitted, axis=0).any():
        return Plane(np.zeros((len(features), 2), np.float32), 0.0)
    # Slow to import, and needed only here.
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    # The full solver: for many clips the usual choice is one that draws random numbers.
    pipeline = make_pipeline(StandardScaler(), PCA(2, svd_solver="full")).fit(fitted)
    points = pipeline.transform(np.asarray(features, np.float64))
    explained = float(pipeline[-1].explained_variance_ratio_.sum())
    return Plane(points.astype(np.float32), explained)
