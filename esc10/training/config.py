"""What a person chooses before training; with the dataset, it determines a run."""

from __future__ import annotations

from dataclasses import dataclass

from esc10.datasets.splits import SPLITS
from esc10.errors import RunError
from esc10.features.inputs import KINDS
from esc10.training.networks import MODELS
from esc10.training.recipes import SCHEDULES, Recipe

LAB_EPOCHS = 1000
LAB_PATIENCE = 100


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """The settings of a run.

    Attributes:
        dataset: a key of `esc10.datasets.sources()`.
        model: a key of `esc10.training.networks.MODELS`.
        features: one of `esc10.features.inputs.KINDS`.
        split: a key of `esc10.datasets.splits.SPLITS`.
        validation_fold: the fold that validates, where the split is by folds.
        test_fold: the fold that tests, where the split is by folds.
        epochs: passes over the training clips, at most.
        patience: epochs without a lower validation loss after which training ends.
        batch_size: clips per step of the optimiser.
        learning_rate: Adam's step size; the largest, where a recipe has it change.
        seed: of the first weights, the order of clips, and dropout.
        owner: whose run it is, where several people share a server.
        recipe: how training departs from the lab's, where it does.
        width: how many times as many filters and units the network's layers have: one of its
            `widths`. Runs of earlier versions have 1.
    """

    dataset: str
    model: str
    features: str = KINDS[0]
    split: str = "folds"
    validation_fold: int = 4
    test_fold: int = 5
    epochs: int = 100
    patience: int = LAB_PATIENCE
    batch_size: int = 32
    learning_rate: float = 0.001
    seed: int = 1234
    owner: str | None = None
    recipe: Recipe | None = None
    width: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what cannot be trained.

        Raises:
            RunError: with the first setting that is out of range.
        """
        _refuse_unless(self.model in MODELS, "network", self.model, ", ".join(MODELS))
        _refuse_unless(self.features in KINDS, "features", self.features, ", ".join(KINDS))
        _refuse_unless(self.split in SPLITS, "split", self.split, ", ".join(SPLITS))
        _refuse_unless(1 <= self.epochs <= 10_000, "epochs", self.epochs, "1 to 10,000")
        _refuse_unless(1 <= self.patience <= 10_000, "patience", self.patience, "1 to 10,000")
        _refuse_unless(1 <= self.batch_size <= 1024, "batch size", self.batch_size, "1 to 1,024")
        in_range = 0 < self.learning_rate <= 1
        _refuse_unless(in_range, "learning rate", self.learning_rate, "above 0, up to 1")
        _refuse_unless(0 <= self.seed < 2**32, "seed", self.seed, "0 to 4,294,967,295")
        widths = MODELS[self.model].widths
        choices = ", ".join(f"{width:g}" for width in widths)
        _refuse_unless(self.width in widths, "width", self.width, choices)
        if self.recipe is not None:
            self._refuse_misfit(self.recipe)

    @property
    def follows_schedule(self) -> bool:
        """Whether its step sizes, or its dropout, are made for all its epochs."""
        recipe = self.recipe
        return recipe is not None and (recipe.schedule != SCHEDULES[0] or recipe.settling > 0)

    def _refuse_misfit(self, recipe: Recipe) -> None:
        if self.features != KINDS[0]:
            raise RunError(f"A recipe is for {KINDS[0]} features. Choose these, or no recipe.")
        if recipe.window and not MODELS[self.model].any_length:
            raise RunError(
                f"{self.model} takes whole clips only. Choose a recipe without windows, or another "
                "network."
            )


def _refuse_unless(accepted: bool, name: str, value: object, choices: str) -> None:
    if not accepted:
        raise RunError(f"{value} is not a usable {name}. Choose from: {choices}.")
