"""Evaluate saved agents in domains that they were not trained in, without training them further.

Every agent plays the same episodes in every domain: the same seeds, which give the same places of
agent and objects, so that only the look and the agent differ. Each finished episode becomes a row
(see ``darla_agents.playing.rows``), and what is in the file already is not played again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from darla.environments.words import LooksWord
from darla.running.names import lookup, unknown
from darla.running.progress import progress_bar
from darla.running.seeds import Purpose
from darla.stores.urls import Place, place
from darla_agents.agent.acting import load_agent_policy
from darla_agents.agent.alarm_words import StoppingWords, agent_alarm
from darla_agents.agent.encoders import agent_encoder
from darla_agents.agent.kinds import PICTURES, RANDOM
from darla_agents.playing.alarm_watch import AlarmWatch
from darla_agents.playing.episode_queue import (
    PlayedEpisode,
    Policy,
    play_queue,
    share_of_alarms,
)
from darla_agents.playing.played_worlds import PlayedWorlds, make_played_worlds
from darla_agents.playing.players import Player, find_players, random_player, unfinished_runs
from darla_agents.playing.random_policy import RandomPolicy
from darla_agents.playing.rows import ACTIONS, MOST_PROBABLE, SAMPLED, Row, RowWriter
from darla_agents.playing.stored_rows import row_writer
from darla_agents.worlds.rendering import BATCHED, check_rendering
from darla_envs.suites import suite_of

_RANDOM_EPISODES = 200
_CHOICES = {**{each: (each,) for each in ACTIONS}, "both": ACTIONS}


@dataclass(frozen=True)
class EvaluateTransferConfig(LooksWord, StoppingWords):
    """Which agents to evaluate, where, and on how many episodes; agents know their environments."""

    agents: tuple[Path, ...] = (Path("runs/agents"),)
    """Folders of agents, or folders that hold several, or URLs of such in a store;
    runs/agents/*/best takes the best models."""
    domains: tuple[str, ...] = ()
    """Domains to play in; the agents' source and every target when not given."""
    episodes: int = 50
    """Episodes for each agent in each domain; always the same ones for a seed."""
    seed: int = 0
    """Decides which episodes are played."""
    out: Path = Path("results/transfer.csv")
    """File that rows are appended to, or its URL in a store; episodes that it holds already are not
    played again."""
    random: bool = True
    """Play the random policy too, which every score is measured against."""
    random_episodes: int | None = None
    """Episodes of the random policy in each domain, at least as many as those of the agents. When
    not given, 200, or as many as those where worlds cannot be simulated many at a time."""
    actions: str | None = None
    """sampled: drawn from the policy, as agents learn; most_probable: the most probable ones; both:
    each in rows of its own. When not given, most_probable."""
    stochastic: bool = False
    """Draw actions from the policy instead of taking the most probable ones: --actions sampled."""
    num_envs: int = 8
    """Environments that are stepped together."""
    rendering: str = BATCHED
    """batched: worlds simulated and drawn together where possible; stock: drawn by MiniWorld."""
    device: str = "auto"
    """Device of policies and encoders: auto (a GPU when there is one), cpu or cuda."""
    trust: tuple[str, ...] = ()
    """Modules that agents' environments and wrappers may name (module:Id): they are imported, and
    their code runs."""
    progress: bool = True
    """Show a progress bar."""

    def check(self) -> None:
        """Raise a ValueError for a number that is too small, or an unknown rendering."""
        check_rendering(self.rendering)
        for name in ("episodes", "random_episodes", "num_envs"):
            given = getattr(self, name)
            if given is not None and given < 1:
                raise ValueError(f"{name} is {given}, but must be at least 1")
        if self.seed < 0:
            raise ValueError(f"seed is {self.seed}, but must be at least 0")
        self.chosen_actions()
        self.check_alarm()

    def chosen_actions(self) -> tuple[str, ...]:
        """Return those of ACTIONS that agents are to act by.

        A ValueError where they are unknown, or where the two options contradict each other.
        """
        if self.stochastic and self.actions not in (None, SAMPLED):
            raise ValueError(
                f"--stochastic is --actions {SAMPLED}, but actions are {self.actions!r}; give one"
            )
        usual = SAMPLED if self.stochastic else MOST_PROBABLE
        return lookup("kind of actions", self.actions or usual, _CHOICES)


@dataclass(frozen=True)
class TransferEvaluation:
    """The rows' file, how many episodes were played and how many it held, and what was left out.

    Runs are left out because their training has not ended. ``alarms`` is the share of steps at
    which the alarm was raised, by agent and domain, of the episodes that were played now.
    """

    out: Place
    played: int
    skipped: int
    unfinished: tuple[Path, ...]
    alarms: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Job:
    """A player in a domain, and the (number, seed) of the episodes that it still has to play."""

    player: Player
    domain: str
    episodes: tuple[tuple[int, int], ...]


def evaluate_transfer(config: EvaluateTransferConfig) -> TransferEvaluation:
    """Evaluate agents in domains, and append a row for every episode.

    Raises:
        FileNotFoundError: there is no agent, or an encoder is missing.
        ValueError: an unknown domain, a damaged agent, looks that cannot be read or lack an agent's
            source, or a file of another kind at ``out``.
    """
    config.check()
    looks = config.read_looks()
    found = [
        each.in_looks(looks).stopping(config)
        for each in find_players(config.agents, trusted=config.trust)
    ]
    _check_alarms(found, config)
    drawing = [each.drawing_actions() for each in found]
    by_actions = {SAMPLED: drawing, MOST_PROBABLE: found}
    agents = [each for actions in config.chosen_actions() for each in by_actions[actions]]
    domains = _domains_to_play(agents, config)
    players = list(agents)
    if config.random:
        alike = {agent.shown_task: agent for agent in agents}
        players += [random_player(each.environment, each.interaction) for each in alike.values()]
    out = place(config.out)
    with row_writer(out) as writer:
        asked = [(player, _episodes_of(player, config)) for player in players]
        groups = _plan(asked, domains, config.seed, writer)
        wanted = sum(count * len(domains[player.task]) for player, count in asked)
        left = sum(len(job.episodes) for jobs in groups for job in jobs)
        with progress_bar(left, "episodes", shown=config.progress and left > 0) as bar:
            alarms = dict(found for jobs in groups for found in _play(jobs, config, writer, bar))
    unfinished = tuple(unfinished_runs(config.agents))
    return TransferEvaluation(out, left, wanted - left, unfinished, alarms)


def episode_seeds(seed: int, count: int) -> list[int]:
    """Return the seeds of the first ``count`` episodes of an evaluation; they are all different."""
    first = int(np.random.SeedSequence([seed, Purpose.TRANSFER]).generate_state(1)[0] // 4)
    return list(range(first, first + count))


def _check_alarms(agents: Sequence[Player], config: EvaluateTransferConfig) -> None:
    """Raise a ValueError, before any episode is played, where an agent cannot have the alarm."""
    for agent in agents if config.alarm is not None else ():
        assert agent.spec is not None  # of all that are found
        try:
            agent_alarm(config, agent.spec, agent_encoder(agent.spec))
        except ValueError as error:
            raise ValueError(f"the agent {agent.name} cannot have the alarm: {error}") from error


def _domains_to_play(
    agents: Sequence[Player], config: EvaluateTransferConfig
) -> dict[str, list[str]]:
    """Return the domains to play in for each task of the agents: of those wanted, its own."""
    suites = {agent.task: suite_of(agent.environment) for agent in agents}
    wanted = {task: list(filter(each.has_domain, config.domains)) for task, each in suites.items()}
    known = {name for suite in suites.values() for name in suite.domains()}.union(*wanted.values())
    for name in config.domains:
        if name not in known:
            raise unknown("domain", name, known)
    domains = {}
    for task, suite in suites.items():
        sources = [agent.spec.domain for agent in agents if agent.spec and agent.task == task]
        chosen = wanted[task] if config.domains else [*sources, *suite.targets()]
        domains[task] = list(dict.fromkeys(chosen))
    return domains


def _episodes_of(player: Player, config: EvaluateTransferConfig) -> int:
    """Return how many episodes a player plays in each domain."""
    if player.kind != RANDOM:
        return config.episodes
    wanted = config.random_episodes
    if wanted is None:
        quick = suite_of(player.environment).can_batch()
        wanted = _RANDOM_EPISODES if quick else config.episodes
    return max(config.episodes, wanted)


def _plan(
    asked: Sequence[tuple[Player, int]],
    domains: dict[str, list[str]],
    seed: int,
    writer: RowWriter,
) -> list[list[_Job]]:
    """List what is left to play, domain by domain, in groups that share their environments.

    Of each player it is asked how many episodes it plays in each domain.
    The random policy comes last in its group, so that the first player says what is observed.
    """
    groups: dict[tuple[str, str, bool], list[_Job]] = defaultdict(list)
    for task, names in domains.items():
        for domain in names:
            for player, count in (each for each in asked if each[0].task == task):
                left = tuple(
                    (number, start)
                    for number, start in enumerate(episode_seeds(seed, count))
                    if (player.name, player.shown_task, domain, start) not in writer.done
                )
                if left:
                    alike = player.shown_task, domain, player.observation == PICTURES
                    groups[alike].append(_Job(player, domain, left))
    return list(groups.values())


def _play(
    jobs: Sequence[_Job], config: EvaluateTransferConfig, writer: RowWriter, bar: tqdm
) -> list[tuple[tuple[str, str], float]]:
    """Play jobs that share their environments, and write their rows.

    Returns the share of steps with an alarm, with the agent and the domain, where there is one.
    """
    most = max(len(job.episodes) for job in jobs)
    first, count = jobs[0], min(config.num_envs, most)
    where, domain, observation = first.player.environment, first.domain, first.player.observation
    alarms = []
    with make_played_worlds(
        where,
        observation,
        [domain],
        count,
        config.rendering,
        interaction=first.player.interaction,
    ) as played:
        worlds = played[domain]
        for job in jobs:
            bar.set_description(f"{job.domain}: {job.player.name}", refresh=False)
            seeds = [seed for _, seed in job.episodes]
            policy, watch = _policy_of(job.player, worlds, config)
            episodes = []
            for episode in play_queue(worlds, policy, seeds, watch):
                writer.append(_row(job, episode))
                episodes.append(episode)
                bar.update()
            share = share_of_alarms(episodes)
            if share is not None:
                alarms.append(((job.player.name, job.domain), share))
    return alarms


def _policy_of(
    player: Player, worlds: PlayedWorlds, config: EvaluateTransferConfig
) -> tuple[Policy, AlarmWatch | None]:
    """Return what chooses a player's actions, and how its alarm is listened to, if it has one."""
    if player.folder is None:
        return RandomPolicy(worlds.action_space), None
    policy = load_agent_policy(
        player.folder,
        worlds.observation_space,
        config.device,
        player.deterministic,
        actions=worlds.action_space,
        alarm=config,
    )
    return policy, None if policy.alarm is None else AlarmWatch(policy.alarm, config.stop_after)


def _row(job: _Job, episode: PlayedEpisode) -> Row:
    """Return the row of an episode."""
    spec = job.player.spec
    return Row(
        agent=job.player.name,
        kind=job.player.shown_kind,
        algorithm="" if spec is None else spec.algorithm,
        task=job.player.shown_task,
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
