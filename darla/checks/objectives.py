"""Check an objective: what training, checkpoints and bundles count on.

It trains tiny networks for a few steps, which takes about a second. That the objective learns to
see is for a longer training to show.
"""

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from darla.encoder.networks import to_pictures
from darla.encoder.told_actions import told_actions
from darla.objectives import OBJECTIVES, LossTerms, Objective, ObjectiveSettings, TrainingFacts
from darla.objectives.registry import check_class
from darla.vision.training_step import TrainingStep

_SHAPES = ((32, 32, 3), (48, 64, 3))
_STEPS = 6
_FRAMES = 64
_BATCH = 8
_ACTIONS = (3, 0)
_CPU = torch.device("cpu")
_LEVEL = re.compile(r"level_[1-9]\d*")


def check_objective(
    objective: str | type[Objective], settings: ObjectiveSettings | None = None
) -> None:
    """Check an objective, by its class or name, with tiny networks on pictures of two shapes.

    Settings are its own defaults with tiny networks unless others are given.

    Raises:
        AssertionError: it does not do what training counts on; the message says what to mend.
        ValueError: it cannot be registered, or its settings cannot be used.
    """
    kind = OBJECTIVES[objective] if isinstance(objective, str) else objective
    own = getattr(kind, "settings_class", None)
    check_class(getattr(own, "objective", kind.__name__), kind)
    _check_settings(kind)
    tiny = settings or dataclasses.replace(
        kind.settings_class(), channels=(4, 8), hidden_units=16, latents=6
    )
    tiny.check()
    with torch.random.fork_rng(devices=[]):
        for shape in _SHAPES:
            facts = TrainingFacts(shape, num_frames=_FRAMES, steps=_STEPS, actions=_ACTIONS)
            _check_losses(_build(kind, tiny, facts), kind)
            _check_stages(_build(kind, tiny, facts))
            _check_training(kind, tiny, facts)


def _require(condition: bool, message: str) -> None:
    """Raise an AssertionError where a condition does not hold, with python -O too."""
    if not condition:
        raise AssertionError(message)


def _build(
    kind: type[Objective], settings: ObjectiveSettings, facts: TrainingFacts, seed: int = 0
) -> Objective:
    """Make an untrained objective of that seed."""
    torch.manual_seed(seed)
    return kind(settings, facts)


def _frames(shape: tuple[int, int, int], count: int = _FRAMES) -> Tensor:
    """Return frames with a block somewhere on a coloured ground, uint8 (count, H, W, 3)."""
    height, width, _ = shape
    random = torch.Generator().manual_seed(0)
    frames = torch.randint(0, 200, (count, 1, 1, 3), generator=random).expand(-1, height, width, 3)
    frames = frames.clone()
    for frame in frames:
        left = int(torch.randint(0, width // 2, (1,), generator=random))
        frame[height // 4 : height // 2, left : left + width // 2] = 255
    return frames.to(torch.uint8)


def _batch(objective: Objective) -> int:
    """Return how many frames a batch of an objective has: whole sequences."""
    return -(-_BATCH // objective.sequence_length) * objective.sequence_length


def _given(objective: Objective, count: int) -> Tensor | None:
    """Return what is told of so many frames in order; None for an objective of single frames."""
    if objective.sequence_length == 1:
        return None
    actions, starts = np.arange(count) % _ACTIONS[0], np.arange(count) % 7 == 0
    return torch.from_numpy(told_actions(actions, starts, _ACTIONS[0]))


def _chunks(shape: tuple[int, int, int]) -> Iterator[Tensor]:
    """Yield the frames in two parts, each of which can be read as pairs."""
    yield from _frames(shape).chunk(2)


def _check_settings(kind: type[Objective]) -> None:
    """Check that settings have defaults that can be used, and can be written to a file."""
    settings = kind.settings_class()
    settings.check()
    try:
        json.dumps(settings.to_json())
    except TypeError as error:
        raise AssertionError(
            f"{settings.objective}: its settings cannot be written as JSON ({error}); use numbers, "
            "text, paths, and tuples of them"
        ) from error
    try:
        hash(settings)
    except TypeError as error:
        raise AssertionError(
            f"{settings.objective}: a setting can be changed in place ({error}); use tuples"
        ) from error


def _check_losses(objective: Objective, kind: type[Objective]) -> None:
    """Check the terms of a loss, and that those of an adversary keep apart."""
    name, shape = objective.name, objective.facts.image_shape
    for part in objective.stages():
        part.objective.prepare(lambda: _chunks(shape))
    smallest = kind.smallest_batch + (kind.smallest_batch % 2 if kind.paired else 0)
    for count in {max(smallest, objective.sequence_length), _batch(objective)}:
        pictures = to_pictures(_frames(shape, count))
        before = pictures.clone()
        losses = objective.losses_given(pictures, torch.zeros(()), _given(objective, count))
        _require(torch.equal(pictures, before), f"{name}: losses() changes the pictures in place")
        _check_terms(name, losses, objective.encoder.shape.latents)
    _check_adversary(objective, losses)
    decoded = objective.reconstruct(pictures)
    _require(decoded.shape == pictures.shape, f"{name}: reconstruct() gives {decoded.shape}")
    inside = bool(((decoded >= 0) & (decoded <= 1)).all())
    _require(inside, f"{name}: reconstruct() gives values outside of [0, 1]")


def _check_terms(name: str, losses: LossTerms, latents: int) -> None:
    """Check that a loss consists of finite scalars, and can be trained on."""
    _require(losses.total.requires_grad, f"{name}: the total loss has no gradient; do not detach()")
    scalars = {"the total loss": losses.total, **losses.terms}
    if losses.adversary is not None:
        scalars["the adversary's loss"] = losses.adversary
    for tag, value in scalars.items():
        _require(value.shape == (), f"{name}: {tag} has shape {tuple(value.shape)}, not ()")
        _require(bool(torch.isfinite(value)), f"{name}: {tag} is {value.item()}")
    for tag in ("loss/reconstruction", "loss/pixel"):
        _require(tag in losses.terms, f"{name}: terms lack {tag!r}, which all objectives log")
    kl = losses.kl_per_latent
    _require(
        kl is None or kl.shape == (latents,),
        f"{name}: kl_per_latent is not one value for each of {latents} latents",
    )


def _check_adversary(objective: Objective, losses: LossTerms) -> None:
    """Check that neither of two losses reaches the other's parameters."""
    name, adversary = objective.name, objective.adversary
    _require(
        (losses.adversary is None) == (adversary is None),
        f"{name}: LossTerms.adversary goes with Objective.adversary; give both or neither",
    )
    if adversary is None or losses.adversary is None:
        return
    opposed = list(adversary.parameters())
    own = [*objective.encoder.parameters(), *objective.decoder.parameters()]
    for loss, spared, whose in (
        (losses.total, opposed, "the total loss gives the adversary"),
        (losses.adversary, own, "the adversary's loss gives the encoder or decoder"),
    ):
        found = torch.autograd.grad(loss, spared, retain_graph=True, allow_unused=True)
        reached = any(gradient is not None for gradient in found)
        _require(not reached, f"{name}: {whose} a gradient; detach() what belongs to the other")
    trained = {id(p) for group in objective.parameter_groups(1e-3) for p in group["params"]}
    _require(
        all(id(parameter) in trained for parameter in opposed),
        f"{name}: parameter_groups() lacks the adversary's parameters; add a group of their own",
    )


def _check_stages(objective: Objective) -> None:
    """Check that stages can be told apart, and end with the objective's encoder."""
    name, stages = objective.name, objective.stages()
    _require(bool(stages), f"{name}: stages() is empty")
    last = stages[-1]
    _require(
        last.objective is objective and last.bundle == "encoder",
        f"{name}: the last stage trains the objective itself, into the bundle 'encoder'",
    )
    for what in ("name", "bundle"):
        values = [getattr(stage, what) for stage in stages]
        _require(len(set(values)) == len(values), f"{name}: two stages have one {what}: {values}")
    for stage in stages:
        _require(
            stage.epochs > 0 and stage.learning_rate > 0,
            f"{name}: stage {stage.name!r} has {stage.epochs} epochs and a learning rate of "
            f"{stage.learning_rate}; both are above 0",
        )


def _check_training(
    kind: type[Objective], settings: ObjectiveSettings, facts: TrainingFacts
) -> None:
    """Check a few steps of all stages: what they reach, repeat, save and leave behind."""
    objective = _train(_build(kind, settings, facts))
    again = _train(_build(kind, settings, facts))
    name = objective.name
    for (key, one), other in zip(
        objective.state_dict().items(), again.state_dict().values(), strict=True
    ):
        _require(
            torch.equal(one, other),
            f"{name}: {key} differs after two trainings with one seed; draw random numbers from "
            "torch alone",
        )
    _check_state(objective, _build(kind, settings, facts, seed=1))
    _check_roles(objective.latent_roles(lambda: _chunks(facts.image_shape)), objective)
    try:
        json.dumps(objective.effective_settings())
    except TypeError as error:
        raise AssertionError(
            f"{name}: effective_settings() cannot be written as JSON ({error})"
        ) from error


def _train(objective: Objective) -> Objective:
    """Take some steps of every stage, and check which parameters they reach."""
    count = _batch(objective)
    frames, given = _frames(objective.facts.image_shape, _STEPS * count), _given(objective, count)
    torch.manual_seed(2)
    for stage in objective.stages():
        if stage.objective.closed_form:
            _check_fit(stage.objective)
            continue
        step = TrainingStep(objective, stage, _CPU, torch.float32)
        stage.objective.prepare(lambda: _chunks(objective.facts.image_shape))
        before = {key: value.clone() for key, value in objective.named_parameters()}
        reached: set[str] = set()
        for number in range(_STEPS):
            batch = frames[number * count : (number + 1) * count]
            losses = step(batch, number, given)
            _require(
                step.first_bad() is None,
                f"{objective.name}: loss {losses.total.item()} or its gradient is not finite at "
                f"step {number} of stage {stage.name!r}",
            )
            reached |= {
                key
                for key, value in objective.named_parameters()
                if value.grad is not None and value.grad.any()
            }
        groups: list[dict[str, Any]] = step.optimizer.param_groups
        trained = {id(parameter) for group in groups for parameter in group["params"]}
        for key, value in objective.named_parameters():
            if id(value) in trained:
                _require(
                    key in reached,
                    f"{objective.name}: no gradient reaches {key} in stage {stage.name!r}, though "
                    "it is in parameter_groups(); use it in losses(), or leave it out there",
                )
            else:
                _require(
                    torch.equal(value, before[key]),
                    f"{objective.name}: {key} changes in stage {stage.name!r}, though it is not in "
                    "parameter_groups()",
                )
    return objective


def _check_fit(objective: Objective) -> None:
    """Fit what has a closed form, and check that each pass tells scalars, and changes weights."""
    name = objective.name
    before = {key: value.clone() for key, value in objective.named_parameters()}
    passes = list(objective.fit(lambda: _chunks(objective.facts.image_shape)))
    _require(bool(passes), f"{name}: fit() makes no pass over the frames")
    for tag, value in (term for terms in passes for term in terms.items()):
        _require(value.shape == (), f"{name}: {tag} has shape {tuple(value.shape)}, not ()")
        _require(bool(torch.isfinite(value)), f"{name}: {tag} is {value.item()}")
    same = [key for key, value in objective.named_parameters() if torch.equal(value, before[key])]
    _require(not same, f"{name}: fit() leaves {', '.join(same)} as it was")


def _check_state(objective: Objective, other: Objective) -> None:
    """Check that the state, loaded into another objective, makes it the same."""
    name = objective.name
    other.load_state_dict(objective.state_dict())
    count = _batch(objective)
    pictures = to_pictures(_frames(objective.facts.image_shape, count))
    given = _given(objective, count)
    totals = []
    for each in (objective, other):
        torch.manual_seed(3)
        step = torch.tensor(float(_STEPS))
        totals.append(each.losses_given(pictures, step, given).total.item())
    _require(
        totals[0] == totals[1],
        f"{name}: an objective with the loaded state has another loss ({totals[1]}, not "
        f"{totals[0]}); register what training needs as parameters or buffers",
    )


def _check_roles(roles: dict[str, list[int]], objective: Objective) -> None:
    """Check that roles are disjoint lists of latents."""
    latents = objective.encoder.shape.latents
    indices = [index for found in roles.values() for index in found]
    _require(
        all(role in ("look", "state") or _LEVEL.fullmatch(role) for role in roles)
        and all(isinstance(index, int) and 0 <= index < latents for index in indices)
        and len(set(indices)) == len(indices),
        f"{objective.name}: latent_roles() gives {roles}; expected lists of indices below "
        f"{latents} under 'look' and 'state', or 'level_1' and so on, each latent in one of them "
        "at most",
    )
