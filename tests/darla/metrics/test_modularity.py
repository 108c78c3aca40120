import numpy as np
import pytest

from darla.metrics import check_samples
from darla.metrics.modularity import modularity, modularity_per_latent
from darla.metrics.mutual_information import binned_information
from toy_codes import mixed_factors, permuted, stacked, ten_factors


def test_a_dead_latent_counts_as_0() -> None:
    information = np.diag([5.0, 5.0, 0.0])
    assert modularity_per_latent(information).tolist() == [1.0, 1.0, 0.0]


def test_a_latent_of_two_factors_in_ten() -> None:
    information = np.repeat(np.eye(5), 2, axis=1)
    np.testing.assert_allclose(modularity_per_latent(information), 1 - 1 / 9)


def test_a_latent_of_all_factors_alike_is_not_modular() -> None:
    np.testing.assert_allclose(modularity_per_latent(np.full((2, 4), 0.3)), 0.0, atol=1e-12)


def test_one_factor_is_no_choice() -> None:
    with pytest.raises(ValueError, match="two factors or more"):
        modularity_per_latent(np.ones((3, 1)))


def test_mixed_up_latents_are_not_modular() -> None:
    factors = ten_factors(20_000)
    latents = permuted(stacked(factors), np.random.default_rng(1))
    information = binned_information(check_samples(latents, factors))
    assert modularity_per_latent(information).mean() < 0.2


def test_noise_is_not_modular_even_if_histograms_see_more_in_some_factors() -> None:
    factors = mixed_factors()[1:]
    noise = np.random.default_rng(1).normal(size=(2000, 30))
    alone = modularity(check_samples(noise, factors), np.random.default_rng(0))
    assert modularity_per_latent(alone.information).mean() > 0.5
    assert alone.modularity < 0.07 and alone.informative.sum() <= 2
    latents = np.concatenate([stacked(factors), noise], axis=1)
    result = modularity(check_samples(latents, factors), np.random.default_rng(0))
    assert result.informative[:3].all() and result.informative[3:].sum() <= 2
    assert result.over_informative > 0.9


def test_weak_but_real_dependence_is_informative() -> None:
    factors = mixed_factors()
    noise = np.random.default_rng(1).normal(size=(2000, 4))
    latents = stacked(factors) / stacked(factors).std(axis=0) + 2 * noise
    result = modularity(check_samples(latents, factors), np.random.default_rng(0))
    assert result.informative.all() and result.over_informative == result.modularity


def test_dead_latents_can_be_left_out() -> None:
    factors = mixed_factors()
    latents = np.concatenate([stacked(factors), np.zeros((2000, 4))], axis=1)
    result = modularity(check_samples(latents, factors), np.random.default_rng(0))
    assert result.over_informative == pytest.approx(2 * result.modularity)
    assert result.over_informative > 0.99


def test_explicitness_reads_every_kind_of_factor() -> None:
    factors = mixed_factors()
    distance, yaw, lamp, shape = stacked(factors).T
    pair = np.stack([distance, np.sin(yaw), np.cos(yaw), lamp, shape], axis=1)
    result = modularity(check_samples(pair, factors), np.random.default_rng(0))
    assert (result.per_factor > 0.95).all() and result.modularity > 0.98


def test_noise_is_read_by_chance() -> None:
    latents = np.random.default_rng(1).normal(size=(2000, 3))
    result = modularity(check_samples(latents, mixed_factors()), np.random.default_rng(0))
    assert (result.per_factor < 0.1).all()


def test_a_class_in_the_middle_is_read_but_one_in_two_places_is_not() -> None:
    rng = np.random.default_rng(0)
    factors = mixed_factors()[2:]
    lamp, shape = stacked(factors).T
    twofold = np.where(lamp == 1, rng.choice([-1.0, 1.0], 2000), 0.0)
    latents = np.stack([twofold, shape], axis=1)
    result = modularity(check_samples(latents, factors), np.random.default_rng(0))
    assert result.per_factor[0] < 0.2 and result.per_factor[1] > 0.95
