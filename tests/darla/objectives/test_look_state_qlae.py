import dataclasses
from typing import Any

import pytest
import torch

from darla.encoder.networks import to_pictures
from darla.objectives import make_objective, objective_settings
from darla.objectives.contrasted_states import of_twins
from darla.objectives.look_state_qlae import LookStateQLAE, shared_by_pairs
from darla.objectives.recoloring import repaint_freely
from darla.vision.training_step import TrainingStep
from toy_frames import tiny_objective, tiny_settings, toy_facts, toy_frames

BEGIN = torch.zeros(())


def make(**changes: Any) -> LookStateQLAE:
    objective = tiny_objective("look_state_qlae", **{"look_latents": 1, "codes": 5, **changes})
    assert isinstance(objective, LookStateQLAE)
    return objective


def pictures(count: int) -> torch.Tensor:
    return to_pictures(torch.from_numpy(toy_frames(count)[0]))


def only(**priced: float) -> dict[str, float]:
    """Return settings under which nothing costs but what is given, and pictures."""
    free = dict.fromkeys(("contrast", "state_likeness", "quantization", "commitment"), 0.0)
    return {**free, **priced}


def head(objective: LookStateQLAE) -> torch.Tensor:
    """Return the gradient of the layer that says values, a row for each latent."""
    grad = objective.encoder.continuous.get_parameter("head.weight").grad
    assert grad is not None
    return grad


def test_a_pair_shares_the_mean_of_what_its_frames_say() -> None:
    values = torch.tensor([[1.0, 4.0], [0.0, 2.0], [3.0, 0.0], [2.0, 2.0]])
    shared = torch.tensor([[2.0, 2.0], [1.0, 2.0], [2.0, 2.0], [1.0, 2.0]])
    torch.testing.assert_close(shared_by_pairs(values), shared)


def test_errors_of_pictures_reach_the_look_at_once_and_the_state_later() -> None:
    for share, reached in ((0.1, False), (0.8, True)):
        objective = make(**only())
        step = torch.tensor(share * objective.facts.steps)
        objective.losses(pictures(8), step).total.backward()
        found = head(objective).flatten(1).any(dim=1)
        assert found[0] and bool(found[1:].any()) == reached


def test_the_contrast_passes_straight_through_the_codes_of_the_state_alone() -> None:
    objective, without = make(**only(contrast=1.0)), make(**only())
    for each in (objective, without):
        torch.manual_seed(1)
        each.losses(pictures(8), BEGIN).total.backward()
    change = (head(objective) - head(without)).flatten(1).abs().amax(dim=1)
    assert (change[1:] > 1e-6).all()
    codes = objective.codebooks.codebook.grad
    assert codes is None or not codes.any()  # the numbers follow what becomes them alone


def test_frames_are_pulled_to_their_copies_by_half_the_squared_distance() -> None:
    objective = make()
    torch.manual_seed(1)
    frames, copies = objective.pair_values(pictures(8), BEGIN)
    torch.manual_seed(1)
    terms = objective.losses(pictures(8), BEGIN).terms
    expected = 0.5 * (frames - copies)[:, 1:].square().sum(dim=1).mean()
    torch.testing.assert_close(terms["loss/state_likeness"], expected)


def test_copies_are_standardised_as_the_trained_encoder_does() -> None:
    objective = make()
    torch.manual_seed(1)
    frames, copies = objective.pair_values(pictures(16), BEGIN)  # takes over mean and deviation
    torch.testing.assert_close(frames.mean(dim=0), torch.zeros(4), atol=1e-5, rtol=0)
    quantizer = objective.encoder.quantizer
    torch.manual_seed(1)
    painted = repaint_freely(pictures(16))
    seen = (objective.encoder.continuous(painted).mu - quantizer.mean) / quantizer.std
    torch.testing.assert_close(copies, seen, atol=1e-4, rtol=1e-4)


def eight_states() -> torch.Tensor:
    """Return frames with a block at eight places, two of a colour, partners second."""
    frames = torch.from_numpy(toy_frames(8, per_look=2)[0])
    for place, frame in enumerate(frames):
        frame[8:24] = frame[0, 0]
        frame[8:24, 2 * place : 2 * place + 16] = 255
    return torch.cat([frames[0::2], frames[1::2]])


def test_the_codes_of_states_learn_to_find_their_frames_in_other_colours() -> None:
    torch.manual_seed(0)
    settings = tiny_settings("look_state_qlae", look_latents=1, codes=10, latents=6)
    objective = make_objective(settings, toy_facts(steps=300))
    frames = eight_states()
    objective.prepare(lambda: [frames])
    stage = dataclasses.replace(objective.stages()[0], learning_rate=3e-3)
    step = TrainingStep(objective, stage, torch.device("cpu"), torch.float32)
    found = [step(frames, number).terms["contrast/found"].item() for number in range(300)]
    assert sum(found[:10]) / 10 < 0.45  # by chance 1 of 8
    assert sum(found[-20:]) / 20 > 0.75


def test_twins_are_copies_that_need_not_be_told_apart() -> None:
    facts = dataclasses.replace(toy_facts(), has_twins=True)
    settings = tiny_settings("look_state_qlae", look_latents=1, recolored=0.0)
    objective = make_objective(settings, facts)
    assert isinstance(objective, LookStateQLAE) and objective.twinned
    frames, copies = objective.pair_values(pictures(8), BEGIN)
    torch.testing.assert_close(copies, of_twins(frames))


def test_roles_are_fixed_and_both_have_latents() -> None:
    assert make(look_latents=3).latent_roles(list) == {"look": [0, 1, 2], "state": [3]}
    with pytest.raises(ValueError, match="look_latents is 4 of 4 latents; give a number from 1"):
        objective_settings("look_state_qlae", latents=4, look_latents=4)


def test_nats_of_a_kl_have_no_price_here() -> None:
    with pytest.raises(ValueError, match="'look_state_qlae' has no setting 'beta'"):
        objective_settings("look_state_qlae", beta=1.0)
