"""The checks of objectives find what would break training, checkpoints or bundles."""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor

from darla.checks.objectives import check_objective
from darla.objectives import LossTerms, Objective, Stage, TrainingFacts
from darla.objectives.base import FrameChunks
from darla.objectives.vae import VAESettings, VariationalAutoencoder


@dataclass(frozen=True)
class MySettings(VAESettings):
    objective: ClassVar[str] = "mine"


class Mine(VariationalAutoencoder):
    settings_class = MySettings


class SettingsOfAnother(VariationalAutoencoder):
    """Is fine: it is the VAE by another class."""


@dataclass(frozen=True)
class SettingsWithAnArray(VAESettings):
    objective: ClassVar[str] = "mine"
    weights: Any = field(default_factory=lambda: [1.0, 2.0])


class HasAMutableSetting(VariationalAutoencoder):
    settings_class = SettingsWithAnArray


class ForgetsItsState(Mine):
    """What it measures in prepare() is no buffer."""

    scale = 1.0

    def prepare(self, chunks: FrameChunks) -> None:
        self.scale = float(next(iter(chunks())).float().mean())

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        plain = super().losses(pictures, step)
        return replace(plain, total=plain.total * self.scale)


class HasAnUnusedLayer(Mine):
    def __init__(self, settings: MySettings, facts: TrainingFacts) -> None:
        super().__init__(settings, facts)
        self.unused = torch.nn.Linear(3, 3)

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        return [*super().parameter_groups(learning_rate), {"params": self.unused.parameters()}]


class DrawsFromNumPy(Mine):
    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        plain = super().losses(pictures, step)
        return replace(plain, total=plain.total * np.random.random())  # noqa: NPY002


class IsDetached(Mine):
    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        plain = super().losses(pictures, step)
        return replace(plain, total=plain.total.detach())


class IsNoMean(Mine):
    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        plain = super().losses(pictures, step)
        return replace(plain, terms={**plain.terms, "loss/own": pictures.mean(dim=0)})


class PaintsOver(Mine):
    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        pictures[:, 0] = 0.0
        return super().losses(pictures, step)


class IsNotFinite(Mine):
    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        plain = super().losses(pictures, step)
        return replace(plain, total=plain.total / torch.clamp(1.0 - step, min=0.0))


class EndsElsewhere(Mine):
    def stages(self) -> list[Stage]:
        return [replace(super().stages()[0], bundle="mine")]


class KnowsTooManyLatents(Mine):
    def latent_roles(self, pairs: FrameChunks) -> dict[str, list[int]]:
        return {"look": [0, 1], "state": [1, 99]}


class Opposed(Mine):
    def __init__(self, settings: MySettings, facts: TrainingFacts) -> None:
        super().__init__(settings, facts)
        self.adversary = torch.nn.Linear(settings.latents, 1)

    def guess(self, latents: Tensor) -> Tensor:
        assert self.adversary is not None
        guess: Tensor = self.adversary(latents).mean()
        return guess

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        plain = super().losses(pictures, step)
        return replace(plain, adversary=self.guess(self.encoder(pictures).mu))


class OpposedAndApart(Opposed):
    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        plain = super().losses(pictures, step)
        return replace(plain, adversary=self.guess(self.encoder(pictures).mu.detach()).square())


def test_what_is_right_passes() -> None:
    check_objective(Mine)
    check_objective(SettingsOfAnother)
    check_objective(Mine, MySettings(latents=3, channels=(4,), hidden_units=0, free_bits=0.1))


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (HasAMutableSetting, "a setting can be changed in place"),
        (ForgetsItsState, "register what training needs as parameters or buffers"),
        (HasAnUnusedLayer, r"no gradient reaches unused\.weight in stage 'mine'"),
        (DrawsFromNumPy, "differs after two trainings with one seed"),
        (IsDetached, "the total loss has no gradient"),
        (IsNoMean, r"loss/own has shape \(3, 32, 32\), not \(\)"),
        (PaintsOver, "changes the pictures in place"),
        (IsNotFinite, "is not finite at step 1 of stage 'mine'"),
        (EndsElsewhere, "the last stage trains the objective itself, into the bundle 'encoder'"),
        (KnowsTooManyLatents, "each latent in one of them at most"),
        (Opposed, "the adversary's loss gives the encoder or decoder a gradient"),
        (OpposedAndApart, "lacks the adversary's parameters"),
    ],
)
def test_what_is_wrong_is_named(kind: type[Objective], message: str) -> None:
    with pytest.raises(AssertionError, match=message) as caught:
        check_objective(kind)
    assert str(caught.value).startswith("mine: ")


def test_settings_that_are_no_dataclass_are_refused() -> None:
    class NoSettings(Mine):
        settings_class = type("Settings", (VAESettings,), {"objective": "mine"})  # type: ignore

    with pytest.raises(ValueError, match="expected a frozen dataclass of its own"):
        check_objective(NoSettings)
