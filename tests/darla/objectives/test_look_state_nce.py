import dataclasses
import math
from typing import Any

import pytest
import torch

from darla.encoder.networks import to_pictures
from darla.objectives import make_objective
from darla.objectives.contrasted_states import contrast
from darla.objectives.look_state_nce import LookStateNCE
from toy_frames import tiny_objective, tiny_settings, toy_facts, toy_frames


def make(**changes: Any) -> LookStateNCE:
    objective = tiny_objective("look_state_nce", **{"look_latents": 1, **changes})
    assert isinstance(objective, LookStateNCE)
    return objective


def pictures(count: int) -> torch.Tensor:
    return to_pictures(torch.from_numpy(toy_frames(count)[0]))


@pytest.mark.parametrize("temperature", [0.1, 1.0])
@pytest.mark.parametrize("count", [2, 5])
def test_the_contrast_of_orthogonal_rows_is_worked_out_by_hand(
    temperature: float, count: int
) -> None:
    rows = torch.eye(count)
    lost, found = contrast(rows, 3.0 * rows, temperature)
    by_hand = math.log(1 + (count - 1) * math.exp(-1 / temperature))
    assert lost.item() == pytest.approx(by_hand, abs=1e-6)
    assert found.item() == 1.0


@pytest.mark.parametrize("length", [0.5, 2.0])
def test_rows_that_are_shorter_than_the_shortest_are_found_less_well(length: float) -> None:
    rows = length * torch.eye(3)
    cosine = length**2 / (length**2 + 1.5**2)
    lost, found = contrast(rows, rows, 0.2, shortest=1.5)
    assert lost.item() == pytest.approx(math.log(1 + 2 * math.exp(-cosine / 0.2)), abs=1e-6)
    assert found.item() == 1.0


def test_rows_that_are_all_alike_lose_the_logarithm_of_their_number() -> None:
    lost, _ = contrast(torch.ones(7, 3), torch.ones(7, 3), 0.2)
    assert lost.item() == pytest.approx(math.log(7))


def test_what_is_found_is_counted() -> None:
    first = torch.eye(4)
    assert contrast(first, first[[0, 1, 3, 2]], 0.2)[1].item() == 0.5


def test_the_loss_is_half_the_values_times_the_logarithm_of_the_relative_error() -> None:
    objective = make(independent_values=10.0)
    frames = torch.from_numpy(toy_frames(64)[0])
    objective.prepare(lambda: [frames[:40], frames[40:]])
    shown = to_pictures(frames)
    assert objective.variance.item() == pytest.approx(
        shown.double().var(dim=0, correction=0).sum().item(), rel=1e-4
    )
    mean = shown.mean(dim=0, keepdim=True).clamp(1e-4, 1 - 1e-4).expand_as(shown)
    loss, terms = objective.reconstruction(torch.logit(mean), shown)
    assert terms["loss/relative_error"].item() == pytest.approx(1.0, rel=1e-3)
    assert loss.item() == pytest.approx(5.0 * math.log(1.001), abs=2e-3)


def test_a_dataset_of_one_picture_is_no_division_by_zero() -> None:
    objective = make()
    frames = torch.full((8, 32, 32, 3), 90, dtype=torch.uint8)
    objective.prepare(lambda: [frames])
    terms = objective.losses(to_pictures(frames), torch.zeros(()))
    assert torch.isfinite(terms.total)


@pytest.mark.parametrize(("share", "kept"), [(0.1, 0.0), (0.4, 0.5), (0.8, 1.0)])
def test_errors_of_pictures_teach_the_state_more_and_more_and_the_look_from_the_start(
    share: float, kept: float
) -> None:
    objective = make()
    latents = torch.randn(3, objective.settings.latents)
    step = torch.tensor(share * objective.facts.steps)
    gradients = []
    for decode in (lambda z: objective.decode(z, step), objective.decoder):
        leaf = latents.clone().requires_grad_()
        decode(leaf).square().sum().backward()
        assert leaf.grad is not None
        gradients.append(leaf.grad)
    own, plain = gradients
    torch.testing.assert_close(own[:, :1], plain[:, :1])
    torch.testing.assert_close(own[:, 1:], kept * plain[:, 1:])


def test_the_state_is_inferred_from_copies_and_the_look_from_the_frames_of_a_pair() -> None:
    objective = make(look_latents=2)
    shown = pictures(8)
    inferred = objective.infer(shown, torch.zeros(()))
    assert inferred.penalty is not None
    again = objective.infer(shown, torch.zeros(()))
    torch.testing.assert_close(inferred.mu[:, :2], again.mu[:, :2])
    torch.testing.assert_close(inferred.mu[:4, :2], inferred.mu[4:, :2])
    assert (inferred.mu[:, 2:] != again.mu[:, 2:]).any()  # other copies


@pytest.mark.parametrize("recolored", [0.0, 1.0])
def test_the_copies_of_frames_with_twins_are_their_twins(recolored: float) -> None:
    torch.manual_seed(0)
    facts = dataclasses.replace(toy_facts(), has_twins=True)
    settings = tiny_settings("look_state_nce", look_latents=1, recolored=recolored)
    objective = make_objective(settings, facts)
    assert isinstance(objective, LookStateNCE) and objective.twinned
    shown = pictures(8)
    copies = objective.copied(shown, torch.zeros(()))
    twins = shown[[2, 3, 0, 1, 6, 7, 4, 5]]
    assert torch.equal(copies, twins) == (recolored == 0.0)
    brightness = copies.mean(dim=(1, 2, 3)), twins.mean(dim=(1, 2, 3))
    assert torch.allclose(*brightness) == (recolored == 0.0)
    inferred = objective.infer(shown, torch.zeros(()))
    if recolored == 0.0:
        mu, _ = objective.posterior(twins)
        assert torch.equal(inferred.mu[:, 1:], mu[:, 1:])


@pytest.mark.parametrize("own_copies", [0.5, 1.0])
def test_a_share_of_copies_are_the_frames_themselves_repainted(own_copies: float) -> None:
    torch.manual_seed(0)
    facts = dataclasses.replace(toy_facts(), has_twins=True)
    settings = tiny_settings("look_state_nce", look_latents=1, recolored=0.0, own_copies=own_copies)
    objective = make_objective(settings, facts)
    assert isinstance(objective, LookStateNCE)
    shown = pictures(64)
    copies = objective.copied(shown, torch.zeros(()))
    twins = torch.cat([each for half in shown.chunk(2) for each in half.chunk(2)[::-1]])
    is_twin = (copies == twins).all(dim=3).all(dim=2).all(dim=1)
    assert 0.3 < is_twin.float().mean() < 0.7 if own_copies == 0.5 else not is_twin.any()
    # repainted: no copy has the frame's own colours, and its one edge is where the frame's is
    painted, frames = copies[~is_twin], shown[~is_twin]
    assert (painted != frames).flatten(1).any(dim=1).all()
    edges = [
        (each[..., 1:] - each[..., :-1]).abs().sum(dim=(1, 2)) > 0 for each in (painted, frames)
    ]
    assert torch.equal(*edges)


def test_own_copies_are_a_choice_only_where_there_are_twins() -> None:
    with pytest.raises(ValueError, match=r"own_copies is 0\.5, but these frames have no twins"):
        make(own_copies=0.5)


def test_copies_keep_their_colours_only_where_there_are_twins() -> None:
    with pytest.raises(ValueError, match=r"recolored is 0\.5, but 'look_state_nce' .* no twins"):
        make(recolored=0.5)


def test_what_shows_the_same_is_neither_sought_nor_rejected() -> None:
    rows = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    lost, found = contrast(rows, rows, 1.0, torch.tensor([1, 0, 3, 2]))
    assert lost.item() == pytest.approx(math.log(1 + 2 * math.exp(-1.0)))
    assert found.item() == 1.0
