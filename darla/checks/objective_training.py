"""Check a few steps of all stages of an objective."""

import json
import re
from typing import Any

import torch

from darla.checks.tried_objectives import (
    STEPS,
    batch_size,
    build,
    chunks_of,
    frames_of,
    require,
    told_of,
)
from darla.encoder.networks import to_pictures
from darla.objectives import Objective, ObjectiveSettings, TrainingFacts
from darla.vision.training_step import TrainingStep

_CPU = torch.device("cpu")
_LEVEL = re.compile(r"level_[1-9]\d*")


def check_training(
    kind: type[Objective], settings: ObjectiveSettings, facts: TrainingFacts
) -> None:
    """Check a few steps of all stages: what they reach, repeat, save and leave behind.

    An AssertionError says what to mend.
    """
    objective = _train(build(kind, settings, facts))
    again = _train(build(kind, settings, facts))
    name = objective.name
    for (key, one), other in zip(
        objective.state_dict().items(), again.state_dict().values(), strict=True
    ):
        require(
            torch.equal(one, other),
            f"{name}: {key} differs after two trainings with one seed; draw random numbers from "
            "torch alone",
        )
    _check_state(objective, build(kind, settings, facts, seed=1))
    _check_roles(objective.latent_roles(lambda: chunks_of(facts.image_shape)), objective)
    try:
        json.dumps(objective.effective_settings())
    except TypeError as error:
        raise AssertionError(
            f"{name}: effective_settings() cannot be written as JSON ({error})"
        ) from error


def _train(objective: Objective) -> Objective:
    """Take some steps of every stage, and check which parameters they reach."""
    count = batch_size(objective)
    frames, given = frames_of(objective.facts.image_shape, STEPS * count), told_of(objective, count)
    torch.manual_seed(2)
    for stage in objective.stages():
        if stage.objective.closed_form:
            _check_fit(stage.objective)
            continue
        step = TrainingStep(objective, stage, _CPU, torch.float32)
        stage.objective.prepare(lambda: chunks_of(objective.facts.image_shape))
        before = {key: value.clone() for key, value in objective.named_parameters()}
        reached: set[str] = set()
        for number in range(STEPS):
            batch = frames[number * count : (number + 1) * count]
            losses = step(batch, number, given)
            require(
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
                require(
                    key in reached,
                    f"{objective.name}: no gradient reaches {key} in stage {stage.name!r}, though "
                    "it is in parameter_groups(); use it in losses(), or leave it out there",
                )
            else:
                require(
                    torch.equal(value, before[key]),
                    f"{objective.name}: {key} changes in stage {stage.name!r}, though it is not in "
                    "parameter_groups()",
                )
    return objective


def _check_fit(objective: Objective) -> None:
    """Fit what has a closed form, and check that each pass tells scalars, and changes weights."""
    name = objective.name
    before = {key: value.clone() for key, value in objective.named_parameters()}
    passes = list(objective.fit(lambda: chunks_of(objective.facts.image_shape)))
    require(bool(passes), f"{name}: fit() makes no pass over the frames")
    for tag, value in (term for terms in passes for term in terms.items()):
        require(value.shape == (), f"{name}: {tag} has shape {tuple(value.shape)}, not ()")
        require(bool(torch.isfinite(value)), f"{name}: {tag} is {value.item()}")
    same = [key for key, value in objective.named_parameters() if torch.equal(value, before[key])]
    require(not same, f"{name}: fit() leaves {', '.join(same)} as it was")


def _check_state(objective: Objective, other: Objective) -> None:
    """Check that the state, loaded into another objective, makes it the same."""
    name = objective.name
    other.load_state_dict(objective.state_dict())
    count = batch_size(objective)
    pictures = to_pictures(frames_of(objective.facts.image_shape, count))
    given = told_of(objective, count)
    totals = []
    for each in (objective, other):
        torch.manual_seed(3)
        step = torch.tensor(float(STEPS))
        totals.append(each.losses_given(pictures, step, given).total.item())
    require(
        totals[0] == totals[1],
        f"{name}: an objective with the loaded state has another loss ({totals[1]}, not "
        f"{totals[0]}); register what training needs as parameters or buffers",
    )


def _check_roles(roles: dict[str, list[int]], objective: Objective) -> None:
    """Check that roles are disjoint lists of latents."""
    latents = objective.encoder.shape.latents
    indices = [index for found in roles.values() for index in found]
    require(
        all(role in ("look", "state") or _LEVEL.fullmatch(role) for role in roles)
        and all(isinstance(index, int) and 0 <= index < latents for index in indices)
        and len(set(indices)) == len(indices),
        f"{objective.name}: latent_roles() gives {roles}; expected lists of indices below "
        f"{latents} under 'look' and 'state', or 'level_1' and so on, each latent in one of them "
        "at most",
    )
