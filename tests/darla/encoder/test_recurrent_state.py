"""States follow from the past alone, begin anew with episodes, and can be foretold."""

import pytest
import torch
from torch import Tensor

from darla.encoder.recurrent_state import RecurrentState, States

SIZE, UNITS, SEEN, TOLD = 3, 5, 4, 3
STEPS, COUNT = 6, 2


@pytest.fixture
def state() -> RecurrentState:
    torch.manual_seed(0)
    return RecurrentState(SIZE, UNITS, TOLD, SEEN, hidden=8)


def inputs(start: int | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Return what is seen, what is told, and states before; sequence 0 may begin an episode."""
    torch.manual_seed(1)
    told = torch.randn(STEPS, COUNT, TOLD)
    told[..., -1] = 0
    if start is not None:
        told[start, 0, -1] = 1
    return torch.randn(STEPS, COUNT, SEEN), told, torch.randn(COUNT, SIZE + UNITS)


def followed(state: RecurrentState, seen: Tensor, told: Tensor, before: Tensor) -> States:
    return state.follow(seen, told, before, draw=False)


@pytest.mark.parametrize("step", range(STEPS))
def test_a_state_depends_on_all_before_and_on_nothing_after(
    state: RecurrentState, step: int
) -> None:
    seen, told, before = (each.requires_grad_() for each in inputs())
    states = followed(state, seen, told, before)
    reached = torch.autograd.grad(states.latents[step].sum(), [seen, told, before])
    for gradient in reached[:2]:
        each = gradient[:, :, : TOLD - 1].abs().sum(dim=(1, 2))
        assert (each[: step + 1] > 0).all() and (each[step + 1 :] == 0).all()
    assert reached[2].abs().sum() > 0
    # What is foretold of a frame knows the action that led to it, and not the frame.
    foretold = followed(state, seen, told, before).prior[0][step].sum()
    of_frames, of_actions = torch.autograd.grad(foretold, [seen, told], allow_unused=True)
    none = torch.zeros(STEPS, COUNT, SEEN)
    of_frames = none if of_frames is None else of_frames
    assert (of_frames[step:] == 0).all() and (of_frames[:step].abs().sum(dim=(1, 2)) > 0).all()
    assert of_actions[step].abs().sum() > 0 and (of_actions[step + 1 :] == 0).all()


def test_sequences_do_not_know_of_one_another(state: RecurrentState) -> None:
    seen, told, before = inputs()
    both = followed(state, seen, told, before)
    alone = followed(state, seen[:, 1:], told[:, 1:], before[1:])
    torch.testing.assert_close(both.latents[:, 1:], alone.latents)


@pytest.mark.parametrize("start", [0, 2, STEPS - 1])
def test_an_episode_that_begins_within_a_sequence_knows_nothing_before(
    state: RecurrentState, start: int
) -> None:
    seen, told, before = inputs(start)
    whole = followed(state, seen, told, before)
    # The same frames by themselves, after other states and other actions.
    other = told[start:].clone()
    other[0, 0, :-1] = torch.randn(TOLD - 1)
    alone = followed(state, seen[start:], other, torch.randn(COUNT, SIZE + UNITS))
    torch.testing.assert_close(whole.latents[start:, 0], alone.latents[:, 0])
    torch.testing.assert_close(whole.prior[0][start:, 0], alone.prior[0][:, 0])
    assert not torch.allclose(whole.latents[start:, 1], alone.latents[:, 1])
    seen.requires_grad_()
    last = followed(state, seen, told, before).latents[-1, 0].sum()
    (reached,) = torch.autograd.grad(last, [seen])
    assert (reached[:start, 0] == 0).all() and (reached[start:, 0].abs().sum(dim=1) > 0).all()


def test_a_sequence_can_be_cut_anywhere(state: RecurrentState) -> None:
    seen, told, before = inputs()
    whole = followed(state, seen, told, before)
    first = followed(state, seen[:2], told[:2], before)
    rest = followed(state, seen[2:], told[2:], first.latents[-1])
    torch.testing.assert_close(torch.cat([first.latents, rest.latents]), whole.latents)


def test_what_is_foretold_is_the_prior_s_mean_step_after_step(state: RecurrentState) -> None:
    _, told, before = inputs()
    found, expected = state.predict(before, told), before
    assert found.shape == (STEPS, COUNT, SIZE + UNITS)
    for step in range(STEPS):
        memory = state.remember(expected, told[step])
        expected = torch.cat([state.foretell(memory)[0], memory], dim=1)
        torch.testing.assert_close(found[step], expected)
    assert state.predict(before, told[:0]).shape == (0, COUNT, SIZE + UNITS)


def test_samples_spread_around_the_mean_as_the_posterior_says(state: RecurrentState) -> None:
    seen, told, before = inputs()
    many = [each.expand(*each.shape[:-2], 4000, -1) for each in (seen[:1, :1], told[:1, :1])]
    drawn = state.follow(*many, before[:1].expand(4000, -1), draw=True)
    mu, logvar = (each[0, 0] for each in drawn.posterior)
    found = drawn.latents[0, :, :SIZE]
    torch.testing.assert_close(found.mean(dim=0), mu, atol=0.1, rtol=0)
    torch.testing.assert_close(found.std(dim=0), (0.5 * logvar).exp(), atol=0.1, rtol=0)
    assert ((0.5 * logvar).exp() > 0.1).all()
