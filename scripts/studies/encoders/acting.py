"""Train agents on an encoder of the study, and measure how they transfer.

Two agents of the encoder's own seed: one sees all latents that carry something; from the other
those are hidden that the encoder marks as look, or, where it marks none, the directions along which
latents stand still in the source. So a row holds, beside what metrics say of an encoder, what it is
worth to an agent. Where one agent is enough it sees the state, if the encoder marks it, and all
latents otherwise.
"""

import math
from pathlib import Path

from commands import call
from darla.encoder.bundle import load_encoder
from darla_agents.agent.kinds import RANDOM
from darla_agents.comparison.scores import score_tasks
from darla_agents.playing.rows import read_rows
from darla_envs.description.domains import target_names
from darla_envs.description.tasks import GO_TO_OBJECT

MASK_LOOK = ("--mask-look",)
"""Hides the latents that an encoder marks as look."""
MASK_STILL = ("--mask-directions", "0.25")
"""Hides directions with less than this share of their standard deviation over D_U in the source."""

ONE_OF_THEM = {True: "masked", False: "all"}
"""The agent that suits an encoder, by whether it says which latents hold the look."""
Scores = dict[str, float | str]


def transfer_of(
    bundle: Path, seed: int, timesteps: int, out: Path, one: bool = False
) -> dict[str, Scores]:
    """Return the source's mean return, and the transfer ratio to each target, of both agents.

    Agents, and their episodes, lie in ``out``. With ``one`` there is that alone which suits the
    encoder.

    Returns:
        For ``all`` and for ``masked``: ``source``, the mean undiscounted return of 50 episodes, and
        each target's ratio; a ratio is missing where the agent learned nothing in the source. Where
        no agent could be trained, because no latent was left to see, ``error`` says so.
    """
    found: dict[str, Scores] = {}
    names = [ONE_OF_THEM[knows_look(bundle)]] if one else ["all", "masked"]
    folders = {name: out / name for name in names}
    shared = ["--encoder", bundle, "--anyway"]  # failures are results
    shared += ["--seed", seed, "--total-timesteps", timesteps, "--threads", 1]
    for name, folder in folders.items():
        hidden = masking(bundle) if name == "masked" else ()
        try:
            how = ["--label", name, "--eval-freq", timesteps, "--out", folder]
            call("train_agent", *shared, *hidden, *how)
        except ValueError as error:
            found[name] = {"error": str(error).rpartition("error: ")[2]}
    trained = [folder for name, folder in folders.items() if name not in found]
    if trained:
        rows = out / "episodes.csv"
        call("evaluate_transfer", "--agents", *trained, "--stochastic", "--out", rows)
        found |= {name: scores_of(rows, name) for name in folders if name not in found}
    return found


def masking(bundle: Path) -> tuple[str, ...]:
    """Return the options that hide from an agent what an encoder gives reason to distrust."""
    return MASK_LOOK if knows_look(bundle) else MASK_STILL


def knows_look(bundle: Path) -> bool:
    """Tell whether an encoder says which latents hold the look."""
    return "look" in load_encoder(bundle).latent_roles


def scores_of(rows: Path, name: str) -> Scores:
    """Return the source's return and the transfer ratios of the agent with the label ``name``."""
    wanted = [row for row in read_rows(rows) if row.kind in (RANDOM, name)]
    (task,) = score_tasks(wanted)
    (group,) = task.groups
    ratios = {target: float(task.ratios(group, target)[0]) for target in target_names(GO_TO_OBJECT)}
    found = {"source": float(group.returns["source"][0]), **ratios}
    return {key: round(value, 4) for key, value in found.items() if math.isfinite(value)}
