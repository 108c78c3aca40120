"""Check an objective: what training, checkpoints and bundles count on.

It trains tiny networks for a few steps, which takes about a second. That the objective learns to
see is for a longer training to show.
"""

import dataclasses
import json

import torch

from darla.checks.objective_training import check_training
from darla.checks.tried_objectives import (
    ACTIONS,
    FRAMES,
    STEPS,
    batch_size,
    build,
    chunks_of,
    frames_of,
    require,
    told_of,
)
from darla.encoder.networks import to_pictures
from darla.objectives import OBJECTIVES, LossTerms, Objective, ObjectiveSettings, TrainingFacts
from darla.objectives.registry import check_class

_SHAPES = ((32, 32, 3), (48, 64, 3))


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
            facts = TrainingFacts(shape, num_frames=FRAMES, steps=STEPS, actions=ACTIONS)
            _check_losses(build(kind, tiny, facts), kind)
            _check_stages(build(kind, tiny, facts))
            check_training(kind, tiny, facts)


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
        part.objective.prepare(lambda: chunks_of(shape))
    smallest = kind.smallest_batch + (kind.smallest_batch % 2 if kind.paired else 0)
    for count in {max(smallest, objective.sequence_length), batch_size(objective)}:
        pictures = to_pictures(frames_of(shape, count))
        before = pictures.clone()
        losses = objective.losses_given(pictures, torch.zeros(()), told_of(objective, count))
        require(torch.equal(pictures, before), f"{name}: losses() changes the pictures in place")
        _check_terms(name, losses, objective.encoder.shape.latents)
    _check_adversary(objective, losses)
    decoded = objective.reconstruct(pictures)
    require(decoded.shape == pictures.shape, f"{name}: reconstruct() gives {decoded.shape}")
    inside = bool(((decoded >= 0) & (decoded <= 1)).all())
    require(inside, f"{name}: reconstruct() gives values outside of [0, 1]")


def _check_terms(name: str, losses: LossTerms, latents: int) -> None:
    """Check that a loss consists of finite scalars, and can be trained on."""
    require(losses.total.requires_grad, f"{name}: the total loss has no gradient; do not detach()")
    scalars = {"the total loss": losses.total, **losses.terms}
    if losses.adversary is not None:
        scalars["the adversary's loss"] = losses.adversary
    for tag, value in scalars.items():
        require(value.shape == (), f"{name}: {tag} has shape {tuple(value.shape)}, not ()")
        require(bool(torch.isfinite(value)), f"{name}: {tag} is {value.item()}")
    for tag in ("loss/reconstruction", "loss/pixel"):
        require(tag in losses.terms, f"{name}: terms lack {tag!r}, which all objectives log")
    kl = losses.kl_per_latent
    require(
        kl is None or kl.shape == (latents,),
        f"{name}: kl_per_latent is not one value for each of {latents} latents",
    )


def _check_adversary(objective: Objective, losses: LossTerms) -> None:
    """Check that neither of two losses reaches the other's parameters."""
    name, adversary = objective.name, objective.adversary
    require(
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
        require(not reached, f"{name}: {whose} a gradient; detach() what belongs to the other")
    trained = {id(p) for group in objective.parameter_groups(1e-3) for p in group["params"]}
    require(
        all(id(parameter) in trained for parameter in opposed),
        f"{name}: parameter_groups() lacks the adversary's parameters; add a group of their own",
    )


def _check_stages(objective: Objective) -> None:
    """Check that stages can be told apart, and end with the objective's encoder."""
    name, stages = objective.name, objective.stages()
    require(bool(stages), f"{name}: stages() is empty")
    last = stages[-1]
    require(
        last.objective is objective and last.bundle == "encoder",
        f"{name}: the last stage trains the objective itself, into the bundle 'encoder'",
    )
    for what in ("name", "bundle"):
        values = [getattr(stage, what) for stage in stages]
        require(len(set(values)) == len(values), f"{name}: two stages have one {what}: {values}")
    for stage in stages:
        require(
            stage.epochs > 0 and stage.learning_rate > 0,
            f"{name}: stage {stage.name!r} has {stage.epochs} epochs and a learning rate of "
            f"{stage.learning_rate}; both are above 0",
        )
