import pytest
import torch

from darla.encoder.networks import to_pictures
from darla.objectives.fsq import FSQ
from toy_frames import tiny_objective, toy_frames

PICTURES = to_pictures(torch.from_numpy(toy_frames(12)[0]))


def make(levels: int = 5) -> FSQ:
    objective = tiny_objective("fsq", levels=levels)
    assert isinstance(objective, FSQ)
    return objective


def test_what_becomes_codes_is_standardised_over_the_minibatch() -> None:
    values = make().values(PICTURES, torch.zeros(()))
    torch.testing.assert_close(values.mean(dim=0), torch.zeros(4), atol=1e-5, rtol=0)
    torch.testing.assert_close(values.std(dim=0, correction=0), torch.ones(4), atol=1e-3, rtol=0)


def test_a_trained_encoder_has_the_mean_and_deviation_of_past_minibatches() -> None:
    objective = make()
    quantizer = objective.encoder.quantizer
    outputs = objective.encoder.continuous(PICTURES).mu
    objective.losses(PICTURES, torch.zeros(()))  # the first step's take the place of none
    torch.testing.assert_close(quantizer.mean, outputs.mean(dim=0))
    torch.testing.assert_close(quantizer.std, outputs.std(dim=0, correction=0))
    objective.losses(PICTURES[:6], torch.tensor(500.0))
    expected = 0.95 * outputs.mean(dim=0) + 0.05 * outputs[:6].mean(dim=0)
    torch.testing.assert_close(quantizer.mean, expected)
    objective.eval().losses(PICTURES[6:], torch.zeros(()))  # what is not trained changes nothing
    torch.testing.assert_close(quantizer.mean, expected)


def test_its_loss_is_the_reconstruction_from_codes() -> None:
    objective = make()
    objective.losses(PICTURES, torch.zeros(()))
    decoded = objective.decoder(objective.encoder(PICTURES).mu)
    expected = objective.likelihood.negative_log(decoded, PICTURES).mean()
    torch.testing.assert_close(objective.losses(PICTURES, torch.zeros(())).total, expected)


@pytest.mark.parametrize("levels", [2, 8])
def test_latents_are_evenly_spaced_numbers_from_minus_one_to_one(levels: int) -> None:
    objective = make(levels)
    losses = objective.losses(PICTURES, torch.zeros(()))
    assert 0 < losses.terms["codes_in_use"] <= 1
    found = objective.encoder(PICTURES).mu.unique()
    apart = (found[:, None] - torch.linspace(-1, 1, levels)).abs().amin(dim=1)
    assert apart.max() < 1e-6
    assert objective.effective_settings() == {"levels": levels}


@pytest.mark.parametrize("levels", [1, 0, 10_000])
def test_too_few_or_too_many_levels_are_refused(levels: int) -> None:
    with pytest.raises(ValueError, match=f"levels is {levels}; expected a whole number from 2 to"):
        make(levels)
