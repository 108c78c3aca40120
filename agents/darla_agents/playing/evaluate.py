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

from darla.running.names import unknown
from darla.running.progress import progress_bar
from darla.running.seeds import Purpose
from darla.stores.urls import Place, place
from darla_agents.agent.alarm_words import agent_alarm
from darla_agents.agent.encoders import agent_encoder
from darla_agents.agent.kinds import PICTURES, RANDOM
from darla_agents.playing.evaluate_config import EvaluateTransferConfig
from darla_agents.playing.players import Player, find_players, random_player, unfinished_runs
from darla_agents.playing.row import MOST_PROBABLE, SAMPLED
from darla_agents.playing.rows import RowWriter
from darla_agents.playing.stored_rows import row_writer
from darla_agents.playing.transfer_jobs import Job, play_jobs
from darla_envs.suites import suite_of

__all__ = ["EvaluateTransferConfig", "TransferEvaluation", "episode_seeds", "evaluate_transfer"]

_RANDOM_EPISODES = 200


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


def evaluate_transfer(config: EvaluateTransferConfig) -> TransferEvaluation:
    """Evaluate agents in domains, and append a row for every episode.

    Raises:
        FileNotFoundError: there is no agent, or an encoder is missing.
        ValueError: an unknown domain, a damaged agent, looks that cannot be read or lack an agent's
            source, or a file of another kind at ``out``; or no cluster answers.
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
            alarms = dict(play_jobs(groups, config, writer, bar))
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
) -> list[list[Job]]:
    """List what is left to play, domain by domain, in groups that share their environments.

    Of each player it is asked how many episodes it plays in each domain.
    The random policy comes last in its group, so that the first player says what is observed.
    """
    groups: dict[tuple[str, str, bool], list[Job]] = defaultdict(list)
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
                    groups[alike].append(Job(player, domain, left))
    return list(groups.values())
