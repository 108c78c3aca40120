"""Principal components are those of scikit-learn, whatever the frames are read in."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA as SklearnPCA
from torch import Tensor

import darla
from darla.encoder.networks import to_pictures
from darla.objectives import objective_settings
from darla.objectives.autoencoder import Autoencoder
from darla.objectives.base import TrainingFacts
from darla.objectives.pca import PCA
from darla.objectives.principal_axes import CovariancePass, first_basis
from darla.vision.train import train_vision
from darla.wrappers.latent_transform import LatentTransform
from toy_frames import tiny_config, tiny_objective, toy_frames, write_toy_dataset

LATENTS = 5


def frames_of_falling_variance(count: int, side: int = 32, seed: int = 0) -> np.ndarray:
    """Draw frames that vary along smooth patterns, each less than the one before, and noise."""
    rng = np.random.default_rng(seed)
    ramp = np.linspace(0, np.pi, side)
    patterns = [
        np.cos(row * ramp)[:, None, None] * np.cos(column * ramp)[None, :, None] * color
        for row in range(3)
        for column in range(3)
        for color in np.eye(3)
    ]
    sizes = 25 * 0.8 ** np.arange(len(patterns)) * rng.normal(size=(count, len(patterns)))
    drawn = 128 + np.tensordot(sizes, np.stack(patterns), axes=1)
    noisy = drawn + rng.normal(size=drawn.shape, scale=2)
    return noisy.round().clip(0, 255).astype(np.uint8)


def fitted(frames: np.ndarray, latents: int = LATENTS, chunk: int = 70, epochs: float = 7) -> PCA:
    torch.manual_seed(0)
    facts = TrainingFacts(frames.shape[1:], num_frames=len(frames), steps=1, epochs=epochs)
    objective = PCA(objective_settings("pca", latents=latents), facts)
    tensor = torch.from_numpy(frames)
    passes = list(objective.fit(lambda: iter(tensor.split(chunk))))
    assert len(passes) == max(2, round(epochs))
    shares = [each["explained_variance"].item() for each in passes]
    assert (np.diff(shares) > -1e-9).all()  # Ritz values only grow from pass to pass
    return objective


def rows_of(frames: np.ndarray) -> np.ndarray:
    """Return frames as rows of float64, in the order of the network's pixels."""
    return to_pictures(torch.from_numpy(frames)).flatten(1).double().numpy()


@pytest.mark.parametrize("side", [32, 64])
def test_components_are_those_of_scikit_learn(side: int) -> None:
    frames = frames_of_falling_variance(300, side)
    objective, rows = fitted(frames), rows_of(frames)
    known = SklearnPCA(LATENTS, svd_solver="full").fit(rows)
    settings = objective.effective_settings()
    for name in ("explained_variance", "explained_variance_ratio"):
        np.testing.assert_allclose(settings[name], getattr(known, f"{name}_"), rtol=1e-6)
    weights = objective.encoder.head.weight.detach().numpy()
    signs = np.sign((weights * known.components_).sum(axis=1))
    np.testing.assert_allclose(weights, signs[:, None] * known.components_, atol=1e-5)
    latents = objective.encoder(to_pictures(torch.from_numpy(frames))).mu.detach().numpy()
    np.testing.assert_allclose(latents, signs * known.transform(rows), atol=2e-4)


def test_they_are_the_singular_vectors_and_their_largest_entries_positive() -> None:
    rows = rows_of(frames := frames_of_falling_variance(120))
    _, sizes, vectors = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    weights = fitted(frames).encoder.head.weight.detach().numpy()
    np.testing.assert_allclose(np.abs(weights @ vectors[:LATENTS].T), np.eye(LATENTS), atol=1e-5)
    variances = fitted(frames).effective_settings()["explained_variance"]
    np.testing.assert_allclose(variances, sizes[:LATENTS] ** 2 / (len(rows) - 1), rtol=1e-6)
    largest = np.abs(weights).argmax(axis=1)
    assert (weights[np.arange(LATENTS), largest] > 0).all()


def test_frames_may_come_in_any_parts() -> None:
    frames = frames_of_falling_variance(150)
    whole, parts = fitted(frames, chunk=150), fitted(frames, chunk=7)
    for (name, one), other in zip(
        whole.state_dict().items(), parts.state_dict().values(), strict=True
    ):
        torch.testing.assert_close(one, other, msg=name)


def test_a_pass_keeps_far_less_than_the_covariance() -> None:
    entries, directions = 3072, 26
    seen = CovariancePass(first_basis(entries, directions, torch.device("cpu")))
    seen.add(torch.rand(40, entries))
    kept = sum(value.numel() for value in vars(seen).values() if isinstance(value, Tensor))
    assert kept < 3 * entries * directions < entries**2 / 30


def test_two_passes_are_the_fewest_and_more_come_nearer() -> None:
    frames = frames_of_falling_variance(200)
    few, many = (fitted(frames, epochs=each).variances.sum() for each in (0.1, 7))
    exact = SklearnPCA(LATENTS, svd_solver="full").fit(rows_of(frames)).explained_variance_.sum()
    assert 0.97 * exact < few <= many
    assert many == pytest.approx(exact, rel=1e-9)


def test_no_linear_autoencoder_does_better() -> None:
    frames = frames_of_falling_variance(100)
    pictures = to_pictures(torch.from_numpy(frames))
    best = fitted(frames).losses(pictures, torch.zeros(())).terms["loss/pixel"]
    other = PCA(objective_settings("pca", latents=LATENTS), fitted(frames).facts)
    other.load_state_dict(fitted(frames).state_dict())
    with torch.no_grad():
        for weights in (other.encoder.head.weight, other.decoder.head.weight):
            weights.add_(0.02 * torch.randn_like(weights) * weights.std())
    assert other.losses(pictures, torch.zeros(())).terms["loss/pixel"] > best


@pytest.mark.parametrize("memory", [8.0, 1e-4])
def test_the_command_makes_a_bundle_as_of_any_objective(tmp_path: Path, memory: float) -> None:
    data = write_toy_dataset(tmp_path / "toy", 90, chunk_size=40)
    config = tiny_config(data, tmp_path / "run", objective="pca", epochs=6, max_memory_gb=memory)
    trained = train_vision(config)
    frames = toy_frames(90)[0]
    known = SklearnPCA(4, svd_solver="full").fit(rows_of(frames))
    encoder = darla.load_encoder(trained.bundle)
    assert encoder.config["objective"]["name"] == "pca"
    found = encoder.config["objective"]["settings"]["explained_variance"]
    np.testing.assert_allclose(found, known.explained_variance_, rtol=1e-4)
    rows = known.inverse_transform(known.transform(rows_of(frames)))
    expected = rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).clip(0, 1) * 255
    decoded = encoder.decode(encoder.encode(frames))
    assert np.abs(decoded - expected).max() < 2  # grey levels
    assert encoder.active.all()
    shown = LatentTransform(trained.bundle)(frames)  # as wrappers show them
    np.testing.assert_allclose(shown.std(axis=0), 1, atol=1e-3)
    before = (trained.bundle / "config.json").stat().st_mtime_ns
    assert train_vision(config) == trained  # nothing to do
    assert (trained.bundle / "config.json").stat().st_mtime_ns == before


def test_a_fit_that_was_stopped_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_toy_dataset(tmp_path / "toy", 60, chunk_size=40)
    config = tiny_config(data, tmp_path / "run", objective="pca", epochs=3)
    whole, fit = tmp_path / "whole", PCA.fit

    def broken(self: PCA, frames: object) -> Iterator[dict[str, Tensor]]:
        yield next(fit(self, frames))  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(PCA, "fit", broken)
    with pytest.raises(KeyboardInterrupt):
        train_vision(config)
    monkeypatch.setattr(PCA, "fit", fit)
    again = darla.load_encoder(train_vision(config).bundle)
    once = tiny_config(data, whole, objective="pca", epochs=3)
    straight = darla.load_encoder(train_vision(once).bundle)
    for name, tensor in straight.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name]), name


def test_what_cannot_be_is_refused_in_one_line() -> None:
    with pytest.raises(ValueError, match="have 9 components at most; give fewer latents"):
        fitted(frames_of_falling_variance(10), latents=10)
    with pytest.raises(ValueError, match="'conv', but the components of pca are linear"):
        objective_settings("pca", network="conv")
    plain = tiny_objective("autoencoder")
    assert isinstance(plain, Autoencoder)
    with pytest.raises(NotImplementedError, match="autoencoder is trained in steps"):
        plain.fit(lambda: iter(()))
