"""Evaluate saved agents in domains that they were not trained in, without training them further.

Every agent plays the same episodes in every domain: the same seeds, which give the same places of
agent and objects, so that only the look and the agent differ. Each finished episode becomes a row
(see ``darla_agents.playing.rows``), and what is in the file already is not played again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from darla.running.names import unknown
from darla.running.progress import progress_bar
from darla.running.seeds import Purpose
from darla_agents.playing.episode_queue import PlayedEpisode, play_queue
from darla_agents.playing.players import (
    Player,
    find_players,
    make_policy,
    random_player,
    unfinished_runs,
)
from darla_agents.playing.rows import RANDOM, Row, RowWriter
from darla_agents.playing.stages import make_stages
from darla_agents.worlds.batches import BATCHED, check_rendering
from darla_agents.worlds.environments import named_domains, named_targets


@dataclass(frozen=True)
class EvaluateConfig:
    """Which agents to evaluate, where, and on how many episodes."""

    agents: tuple[Path, ...] = (Path("runs/agents"),)
    """Folders of agents, or folders that hold several; runs/agents/*/best takes the best models."""
    domains: tuple[str, ...] = ()
    """Domains to play in; the agents' source and every target when not given."""
    episodes: int = 50
    """Episodes for each agent in each domain; always the same ones for a seed."""
    seed: int = 0
    """Decides which episodes are played."""
    out: Path = Path("results/transfer.csv")
    """File that rows are appended to; episodes that it holds already are not played again."""
    random: bool = True
    """Play the random policy too, which every score is measured against."""
    random_episodes: int = 200
    """Episodes of the random policy in each domain, at least as many as those of the agents."""
    stochastic: bool = False
    """Draw actions from the policy instead of taking the most probable ones."""
    num_envs: int = 8
    """Environments that are stepped together."""
    rendering: str = BATCHED
    """batched: worlds simulated and drawn together where possible; stock: drawn by MiniWorld."""
    device: str = "auto"
    """Device of policies and encoders: auto (a GPU when there is one), cpu or cuda."""
    progress: bool = True
    """Show a progress bar."""

    def check(self) -> None:
        """Check numbers and names.

        Raises:
            ValueError: a number is too small, or the rendering is unknown.
        """
        check_rendering(self.rendering)
        for name in ("episodes", "random_episodes", "num_envs"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, but must be at least 1")
        if self.seed < 0:
            raise ValueError(f"seed is {self.seed}, but must be at least 0")


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation did.

    Attributes:
        out: the rows' file.
        players: who was evaluated.
        played: episodes that were played now.
        skipped: episodes that the file held already.
        unfinished: runs that were left out because their training has not ended.
    """

    out: Path
    players: tuple[Player, ...]
    played: int
    skipped: int
    unfinished: tuple[Path, ...]


@dataclass(frozen=True)
class _Job:
    """A player in a domain, and the (number, seed) of the episodes that it still has to play."""

    player: Player
    domain: str
    episodes: tuple[tuple[int, int], ...]


def evaluate(config: EvaluateConfig) -> Evaluation:
    """Evaluate agents in domains, and append a row for every episode.

    Raises:
        FileNotFoundError: there is no agent, or an encoder is missing.
        ValueError: an unknown domain, a damaged agent, or a file of another kind at ``out``.
    """
    config.check()
    agents = find_players(config.agents, deterministic=not config.stochastic)
    places = _places(agents, config)
    players = list(agents)
    if config.random:
        players += [random_player(task) for task in places]
    with RowWriter(config.out) as writer:
        jobs = _plan(players, places, config, writer)
        wanted = sum(_episodes_of(player, config) * len(places[player.task]) for player in players)
        left = sum(len(job.episodes) for job in jobs)
        with progress_bar(left, "episodes", shown=config.progress and left > 0) as bar:
            for together in _share_environments(jobs):
                _play(together, config, writer, bar)
    unfinished = tuple(unfinished_runs(config.agents))
    return Evaluation(config.out, tuple(players), left, wanted - left, unfinished)


def episode_seeds(seed: int, count: int) -> list[int]:
    """Return the seeds of the first ``count`` episodes of an evaluation; they are all different."""
    first = int(np.random.SeedSequence([seed, Purpose.TRANSFER]).generate_state(1)[0] // 4)
    return list(range(first, first + count))


def _places(agents: Sequence[Player], config: EvaluateConfig) -> dict[str, list[str]]:
    """Return the domains to play in for each task of the agents.

    A domain that only some of the tasks have is played in those.
    """
    tasks, wanted = dict.fromkeys(agent.task for agent in agents), config.domains
    known = {task: _known_domains(task, wanted, config.rendering) for task in tasks}
    everywhere = {name for names in known.values() for name in names}
    for name in wanted:
        if name not in everywhere:
            raise unknown("domain", name, everywhere)
    places = {}
    for task, names in known.items():
        sources = [agent.spec.domain for agent in agents if agent.spec and agent.task == task]
        default = [*sources, *named_targets(task)]
        chosen = [name for name in wanted if name in names] if wanted else default
        places[task] = list(dict.fromkeys(chosen))
    return places


def _known_domains(task: str, wanted: Sequence[str], rendering: str) -> list[str]:
    """Return a task's domains; of a task from elsewhere, those wanted ones that it can make."""
    known = named_domains(task)
    if named_targets(task):
        return known
    return [*known, *(name for name in wanted if _can_make(task, name, rendering))]


def _can_make(task: str, domain: str, rendering: str) -> bool:
    try:
        with make_stages(task, "pixels", [domain], 1, rendering):
            return True
    except ValueError:
        return False


def _episodes_of(player: Player, config: EvaluateConfig) -> int:
    if player.kind == RANDOM:
        return max(config.episodes, config.random_episodes)
    return config.episodes


def _plan(
    players: Sequence[Player],
    places: dict[str, list[str]],
    config: EvaluateConfig,
    writer: RowWriter,
) -> list[_Job]:
    """List what is left to play, domain by domain."""
    jobs = []
    for task, domains in places.items():
        for domain in domains:
            for player in (player for player in players if player.task == task):
                seeds = episode_seeds(config.seed, _episodes_of(player, config))
                left = tuple(
                    (number, seed)
                    for number, seed in enumerate(seeds)
                    if (player.name, task, domain, seed) not in writer.done
                )
                if left:
                    jobs.append(_Job(player, domain, left))
    return jobs


def _share_environments(jobs: Sequence[_Job]) -> Iterator[list[_Job]]:
    """Group jobs that can be played in the same environments, one after the other.

    The random policy comes last in its group, so that the first player says what is observed.
    """
    groups: dict[tuple[str, str, bool], list[_Job]] = {}
    for job in jobs:
        blind = job.player.kind in (RANDOM, "factors")
        groups.setdefault((job.player.task, job.domain, blind), []).append(job)
    yield from groups.values()


def _play(jobs: Sequence[_Job], config: EvaluateConfig, writer: RowWriter, bar: tqdm) -> None:
    """Play jobs that share their environments, and write their rows."""
    most = max(len(job.episodes) for job in jobs)
    first, count = jobs[0], min(config.num_envs, most)
    task, kind, domain = first.player.task, first.player.kind, first.domain
    with make_stages(task, kind, [domain], count, config.rendering) as stages:
        stage = stages[domain]
        for job in jobs:
            bar.set_description(f"{job.domain}: {job.player.name}", refresh=False)
            policy = make_policy(
                job.player,
                stage.observation_space,
                stage.action_space,
                config.device,
                seed=job.episodes[0][1],
            )
            seeds = [seed for _, seed in job.episodes]
            for episode in play_queue(stage, policy, seeds):
                writer.append(_row(job, episode))
                bar.update()


def _row(job: _Job, episode: PlayedEpisode) -> Row:
    spec = job.player.spec
    return Row(
        agent=job.player.name,
        kind=job.player.shown_kind,
        algorithm="" if spec is None else spec.algorithm,
        task=job.player.task,
        source="" if spec is None else spec.domain,
        domain=job.domain,
        agent_seed=0 if spec is None else spec.seed,
        encoder="" if spec is None else spec.encoder or "",
        total_timesteps=0 if spec is None else spec.total_timesteps,
        episode=job.episodes[episode.index][0],
        episode_seed=episode.seed,
        episode_return=episode.total,
        length=episode.length,
        success=episode.success,
    )
