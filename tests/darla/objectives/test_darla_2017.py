import dataclasses
from pathlib import Path

import pytest
import torch

from darla.encoder.bundle import load_encoder
from darla.encoder.networks import to_pictures
from darla.objectives.darla_2017 import Darla2017, Darla2017Settings, whitening
from darla.vision.train import train_vision
from toy_frames import (
    tiny_config,
    tiny_objective,
    toy_facts,
    toy_frames,
    write_toy_bundle,
    write_toy_dataset,
)

FRAMES = torch.from_numpy(toy_frames(60)[0])


def make(**changes: object) -> Darla2017:
    objective = tiny_objective("darla_2017", **changes)
    assert isinstance(objective, Darla2017)
    return objective


@pytest.mark.parametrize("layer", ["bottleneck", "conv2"])
def test_features_are_standardised_over_the_dataset(layer: str) -> None:
    objective = make(feature_layer=layer, feature_scaling="standardize")
    objective.prepare(lambda: FRAMES.split(25))
    features = objective.perceive(to_pictures(FRAMES))
    varying = objective.feature_map < 1e3
    assert varying.any()
    torch.testing.assert_close(
        features.mean(dim=0), torch.zeros(features.shape[1]), atol=1e-2, rtol=0
    )
    torch.testing.assert_close(
        features.std(dim=0, correction=0)[varying],
        torch.ones(int(varying.sum())),
        atol=2e-2,
        rtol=0,
    )


def test_whitened_features_have_one_variance_in_few_directions() -> None:
    objective = make()
    objective.prepare(lambda: FRAMES.split(25))
    features = objective.perceive(to_pictures(FRAMES)).double()
    covariance = features.T @ features / len(features)
    kept = int((objective.feature_map.abs().sum(dim=0) > 0).sum())
    expected = torch.zeros(len(covariance), dtype=torch.float64)
    expected[:kept] = len(covariance) / kept
    torch.testing.assert_close(covariance, expected.diag(), atol=5e-2, rtol=0)
    assert features.square().sum(dim=1).mean().item() == pytest.approx(len(covariance), rel=1e-2)


def test_whitening_of_a_known_covariance() -> None:
    correlated = torch.tensor([[4.0, 1.998, 0.0], [1.998, 1.0, 0.0], [0.0, 0.0, 0.25]])
    mapped = whitening(correlated.double())
    after = mapped.T @ correlated.double() @ mapped
    torch.testing.assert_close(after, torch.tensor([1.5, 1.5, 0.0], dtype=torch.float64).diag())


def test_large_layers_cannot_be_whitened() -> None:
    with pytest.raises(ValueError, match="--feature-scaling standardize"):
        Darla2017(Darla2017Settings(feature_layer="conv1"), toy_facts(size=64))


def test_the_loss_is_perceptual_with_a_little_of_the_pixels() -> None:
    objective = make(pixel_weight=0.5, beta=2.0)
    losses = objective.losses(to_pictures(FRAMES), torch.tensor(10.0))  # beta has warmed up
    terms = losses.terms
    expected = terms["loss/reconstruction"] + 0.5 * terms["loss/pixel"] + 2.0 * terms["loss/kl"]
    torch.testing.assert_close(losses.total, expected)
    assert terms["beta_normalised"].item() == pytest.approx(2.0 * 4 / 8)


def test_a_perfect_picture_costs_nothing_as_no_noise_is_added_to_features() -> None:
    objective = make()
    pictures = to_pictures(FRAMES).clamp(1e-4, 1 - 1e-4)
    loss, _ = objective.reconstruction(torch.logit(pictures), pictures)
    assert loss.item() == pytest.approx(0.0, abs=1e-4)


def test_the_denoising_autoencoder_is_trained_first_and_then_left_alone(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 48)
    config = tiny_config(data, tmp_path / "run", objective="darla_2017", epochs=3.0)
    assert [stage.name for stage in make().stages()] == ["dae", "darla_2017"]
    train_vision(config)
    dae = load_encoder(tmp_path / "run" / "dae")
    assert dae.config["objective"]["name"] == "dae" and dae.latent_dim == 8

    trained = dataclasses.replace(config.objective, dae=tmp_path / "run" / "dae")
    later = dataclasses.replace(config, out=tmp_path / "later", objective=trained)
    objective = make(dae=tmp_path / "run" / "dae")
    assert [stage.name for stage in objective.stages()] == ["darla_2017"]
    train_vision(later)
    assert not (tmp_path / "later" / "dae").exists()
    for name, tensor in dae.encoder.state_dict().items():
        assert torch.equal(tensor, objective.dae.encoder.state_dict()[name])


def test_only_its_own_networks_are_trained() -> None:
    objective = make()
    trained = {id(p) for group in objective.parameter_groups(1e-3) for p in group["params"]}
    own = {id(p) for p in [*objective.encoder.parameters(), *objective.decoder.parameters()]}
    assert trained == own


def test_bundles_that_are_no_denoising_autoencoder_are_refused(tmp_path: Path) -> None:
    write_toy_bundle(tmp_path / "vae")
    with pytest.raises(ValueError, match="trained as 'vae'"):
        make(dae=tmp_path / "vae")
    with pytest.raises(FileNotFoundError, match="no encoder bundle"):
        make(dae=tmp_path / "nowhere")


def test_a_denoising_autoencoder_of_another_size_is_refused(tmp_path: Path) -> None:
    write_toy_bundle(tmp_path / "dae", size=48, posterior="point", objective="dae")
    with pytest.raises(ValueError, match=r"\(48, 48, 3\), but the dataset's are \(32, 32, 3\)"):
        make(dae=tmp_path / "dae")


def test_unknown_layers_suggest_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean 'conv2'"):
        make(feature_layer="conv22")
