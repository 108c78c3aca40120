"""Evaluate a model of a script of one's own, in environments of one's own, into transfer rows."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper, unwrap_vec_wrapper

from darla.environments.spec import EnvironmentSpec
from darla.stores.urls import place
from darla.wrappers.sb3.vec_latent import VecLatent
from darla_agents.agent.kinds import PICTURES, RANDOM
from darla_agents.playing.episode_queue import PlayedEpisode
from darla_agents.playing.evaluate import episode_seeds
from darla_agents.playing.model_rounds import (
    Model,
    ModelPlays,
    RandomPlays,
    RoundPolicy,
    play_rounds,
)
from darla_agents.playing.random_policy import RandomPolicy
from darla_agents.playing.row import STOCHASTIC, Row
from darla_agents.playing.rows import RowWriter, read_rows
from darla_agents.playing.stored_rows import row_writer
from darla_agents.worlds.environments import make_task_envs
from darla_envs.description.usual_domains import SOURCE
from darla_envs.suites import suite_of

MakeEnvs = Callable[[], VecEnv]
Wrap = Callable[[VecEnv], VecEnv]
_HASH_LENGTH = 8


def evaluate_model(
    model: Model,
    environments: str | EnvironmentSpec | VecEnv | Mapping[str, VecEnv | MakeEnvs],
    domains: Sequence[str] = (),
    *,
    name: str,
    kind: str,
    task: str | None = None,
    source: str = SOURCE,
    agent_seed: int = 0,
    episodes: int = 50,
    random_episodes: int | None = None,
    seed: int = 0,
    deterministic: bool = True,
    num_envs: int = 8,
    wrap: Wrap | None = None,
    out: Path | str | None = None,
) -> list[Row]:
    """Play episodes with a model in every domain, and return a row for each.

    Rows are those of ``darla evaluate-transfer``, and ``darla compare --rows`` takes their file,
    together with others too. Every model plays the same episodes, where environments take a seed.

    Args:
        model: of Stable-Baselines3, or any object with such a ``predict``.
        environments: vector environments that show what the model sees, by domain, or functions
            without arguments that make them, which are closed again; one alone is the source. Or
            the id of an environment of Gymnasium, or its description with wrappers and looks, whose
            domains are made here.
        domains: of an id: where to play; the source and every target when empty.
        name: of the model, such as ``pixels_0``; in rows the hash of its weights follows.
        kind: of agent, or any label by which tables group models: latent, pixels, mine.
        task: what the environments are called in rows; their id, or the text of their description,
            when None.
        source: the domain that the model has learnt in.
        agent_seed: the seed that it was trained with; models of one kind differ in it.
        episodes: of the model in each domain.
        random_episodes: of the random policy in each domain, which scores are measured against;
            as many as the model's when None, and 0 plays none.
        seed: decides which episodes are played, as ``--seed`` of the command does.
        deterministic: take the most probable actions; otherwise torch's random numbers, which are
            yours to seed, draw them.
        num_envs: of an id: environments that are stepped together.
        wrap: of an id: puts around vector environments what the model needs, such as
            ``lambda venv: darla.VecLatent(venv, "runs/mine/encoder")``.
        out: CSV file that rows are appended to. What it holds of this model is not played again.

    Returns:
        The rows of the model and of the random policy, in these domains.

    Raises:
        ValueError: a name or a number is of no use, there is no such domain, the environments have
            no id and ``task`` is not given, they are normalised by statistics that still change,
            an episode does not end, or ``out`` holds something else.
    """
    random_episodes = episodes if random_episodes is None else random_episodes
    _check(name, kind, episodes, random_episodes, num_envs)
    made = _environments(environments, domains, source, num_envs, wrap)
    rows: list[Row] = []
    with ExitStack() as stack:
        writer = None if out is None else stack.enter_context(row_writer(place(out)))
        for domain, make in made.items():
            with make() as venv:
                called = task or _task_of(environments, venv)
                player = _describe(model, venv, name, kind, source, agent_seed, deterministic)
                first = replace(player, task=called, domain=domain)
                random = replace(_RANDOM, task=called, domain=domain)
                plays: list[tuple[Row, RoundPolicy, int]] = [
                    (first, ModelPlays(model, deterministic), episodes),
                    (random, RandomPlays(RandomPolicy(venv.action_space)), random_episodes),
                ]
                for facts, policy, count in plays:
                    rows += _play(venv, policy, facts, episode_seeds(seed, count), writer)
    return rows


_RANDOM = Row(RANDOM, RANDOM, "", "", "", "", 0, "", 0, 0, 0, 0.0, 0, None)


def _play(
    venv: VecEnv,
    policy: RoundPolicy,
    facts: Row,
    seeds: Sequence[int],
    writer: RowWriter | None,
) -> list[Row]:
    """Play the episodes of these seeds, and write them, unless they were all written already."""
    if not seeds:
        return []
    keys = [replace(facts, episode_seed=seed).key for seed in seeds]
    if writer is not None and "@" not in facts.agent and facts.agent != RANDOM:
        _check_new(facts, keys, writer)
    if writer is not None and writer.done.issuperset(keys):
        return [row for row in read_rows(writer.path) if row.key in {*keys}]
    rows = []
    for played in play_rounds(venv, policy, seeds[0], len(seeds)):
        rows.append(_row(facts, played))
        if writer is not None:
            writer.append(rows[-1])
    return rows


def _row(facts: Row, played: PlayedEpisode) -> Row:
    """Return the row of an episode."""
    return replace(
        facts,
        episode=played.index,
        episode_seed=played.seed,
        episode_return=played.total,
        length=played.length,
        success=played.success,
    )


def _check_new(facts: Row, keys: Sequence[Any], writer: RowWriter) -> None:
    """Raise a ValueError where a file has rows of a model that is known by nothing but its name."""
    if not writer.done.isdisjoint(keys):
        raise ValueError(
            f"{writer.path} has rows of {facts.agent!r} in {facts.domain!r}, and a model without "
            "policy.state_dict() is known by its name alone; give another name, or another file"
        )


def _check(name: str, kind: str, episodes: int, random_episodes: int, num_envs: int) -> None:
    """Raise a ValueError for names that rows cannot have, or numbers that are too small."""
    for what, given in {"name": name, "kind": kind}.items():
        if not given or given == RANDOM or "@" in given or given.endswith(STOCHASTIC):
            raise ValueError(f"{what} is {given!r}; give a word without @ that is not {RANDOM!r}")
    if episodes < 1 or random_episodes < 0 or num_envs < 1:
        raise ValueError(
            f"episodes, random_episodes and num_envs are {episodes}, {random_episodes} and "
            f"{num_envs}; expected at least 1, 0 and 1"
        )


def _environments(
    environments: str | EnvironmentSpec | VecEnv | Mapping[str, VecEnv | MakeEnvs],
    domains: Sequence[str],
    source: str,
    num_envs: int,
    wrap: Wrap | None,
) -> dict[str, Callable[[], Any]]:
    """Return for each domain what opens its environments for a ``with`` block."""
    if isinstance(environments, str | EnvironmentSpec):
        suite = suite_of(environments)
        names = dict.fromkeys(domains or (source, *suite.targets()))
        return {each: partial(_made, environments, each, num_envs, wrap) for each in names}
    if domains or wrap is not None:
        raise ValueError(
            "domains and wrap are for an environment that is given by its id; give environments "
            "by their domains, {'source': venv}, wrapped already"
        )
    if isinstance(environments, VecEnv):
        environments = {source: environments}
    if not environments:
        raise ValueError("no environments were given; give some by their domain, {'source': venv}")
    return {domain: partial(_opened, each) for domain, each in environments.items()}


@contextmanager
def _made(
    task: str | EnvironmentSpec, domain: str, num_envs: int, wrap: Wrap | None
) -> Iterator[VecEnv]:
    """Make the environments of an id, or a description, in a domain, and close them."""
    with closing(make_task_envs(task, PICTURES, domain, num_envs)) as venv:
        yield venv if wrap is None else wrap(venv)


@contextmanager
def _opened(environments: VecEnv | MakeEnvs) -> Iterator[VecEnv]:
    """Give environments as they are, or make them and close them."""
    if isinstance(environments, VecEnv):
        yield environments
        return
    with closing(environments()) as venv:
        if not isinstance(venv, VecEnv):
            raise ValueError(
                f"environments are a VecEnv of Stable-Baselines3, not {type(venv).__name__}; make "
                "them with stable_baselines3.common.env_util.make_vec_env"
            )
        yield venv


def _task_of(environments: Any, venv: VecEnv) -> str:
    """Return what tables call environments: the id that they have, or were given by."""
    if isinstance(environments, EnvironmentSpec):
        return environments.text
    if isinstance(environments, str):
        return environments
    specs = venv.get_attr("spec") if venv.has_attr("spec") else [None]
    if specs[0] is None:
        raise ValueError("the environments have no id; say what they are called as task")
    return str(specs[0].id)


def _describe(
    model: Any,
    venv: VecEnv,
    name: str,
    kind: str,
    source: str,
    agent_seed: int,
    deterministic: bool,
) -> Row:
    """Return what all rows of a model have in common."""
    latent = unwrap_vec_wrapper(venv, VecLatent)
    encoder = latent.transform.path or "" if isinstance(latent, VecLatent) else ""
    known = _content_hash(model, latent)
    is_ours = isinstance(model, BaseAlgorithm)
    return Row(
        agent=f"{name}{known}{'' if deterministic else STOCHASTIC}",
        kind=kind,
        algorithm=type(model).__name__.lower() if is_ours else "",
        task="",
        source=source,
        domain="",
        agent_seed=agent_seed,
        encoder=encoder,
        total_timesteps=int(model.num_timesteps) if is_ours else 0,
        episode=0,
        episode_seed=0,
        episode_return=0.0,
        length=0,
        success=None,
    )


def _content_hash(model: Any, latent: VecEnvWrapper | None) -> str:
    """Return @ and the hash of the weights that decide what a model does; empty if unknown."""
    state = getattr(getattr(model, "policy", None), "state_dict", None)
    if not callable(state):
        return ""
    digest = hashlib.sha256()
    for name, tensor in sorted(state().items()):
        digest.update(name.encode() + tensor.detach().cpu().contiguous().numpy().tobytes())
    if isinstance(latent, VecLatent):
        for name, tensor in sorted(latent.transform.encoder.encoder.state_dict().items()):
            digest.update(name.encode() + tensor.float().cpu().numpy().tobytes())
    return f"@{digest.hexdigest()[:_HASH_LENGTH]}"
