"""Play the jobs of an evaluation: a player in a domain each, here, in processes or on a cluster.

Here the jobs of one kind of environments share them, and every episode becomes a row when it has
ended. Elsewhere a job is a task, which makes its environments itself; its rows come with its end,
in the order of the jobs, so that the file of rows is the same.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from tqdm import tqdm

from darla.running.tasks import in_order, run_tasks
from darla_agents.agent.acting import load_agent_policy
from darla_agents.agent.interaction import Interaction
from darla_agents.agent.kinds import Observing
from darla_agents.playing.alarm_watch import AlarmWatch
from darla_agents.playing.episode_queue import (
    PlayedEpisode,
    Policy,
    play_queue,
    share_of_alarms,
)
from darla_agents.playing.evaluate_config import EvaluateTransferConfig
from darla_agents.playing.played_worlds import PlayedWorlds, make_played_worlds
from darla_agents.playing.players import Player
from darla_agents.playing.random_policy import RandomPolicy
from darla_agents.playing.row import Row
from darla_agents.playing.rows import RowWriter

Alarm = tuple[tuple[str, str], float]
"""An agent and a domain, and the share of its steps there at which the alarm was raised."""


@dataclass(frozen=True)
class Job:
    """A player in a domain, and the (number, seed) of the episodes that it still has to play."""

    player: Player
    domain: str
    episodes: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Task:
    """A job, and what its environments are, which are those of its group."""

    job: Job
    observation: Observing | None
    interaction: Interaction
    num_envs: int
    config: EvaluateTransferConfig
    num_threads: int


def play_jobs(
    groups: Sequence[Sequence[Job]],
    config: EvaluateTransferConfig,
    writer: RowWriter,
    bar: tqdm,
) -> list[Alarm]:
    """Play jobs, in groups that share their environments, and write their rows.

    Returns how often the alarm was raised, where there is one.
    """
    if config.is_local and config.workers == 1:
        return [alarm for jobs in groups for alarm in _play_group(jobs, config, writer, bar)]
    return _play_as_tasks(groups, config, writer, bar)


def _play_group(
    jobs: Sequence[Job], config: EvaluateTransferConfig, writer: RowWriter, bar: tqdm
) -> list[Alarm]:
    """Play jobs that share their environments, in this process."""
    first, count = jobs[0], _together(jobs, config)
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
            alarms += _alarm_of(job, episodes)
    return alarms


def _play_as_tasks(
    groups: Sequence[Sequence[Job]],
    config: EvaluateTransferConfig,
    writer: RowWriter,
    bar: tqdm,
) -> list[Alarm]:
    """Play every job on its own, side by side, and write rows in the order of the jobs."""
    tasks = [task for jobs in groups for task in _tasks_of(jobs, config)]
    alarms = []
    with closing(run_tasks(_play_task, tasks, config, config.workers)) as results:
        for task, episodes in zip(tasks, in_order(results), strict=True):
            for episode in episodes:
                writer.append(_row(task.job, episode))
            alarms += _alarm_of(task.job, episodes)
            bar.update(len(episodes))
    return alarms


def _tasks_of(jobs: Sequence[Job], config: EvaluateTransferConfig) -> list[_Task]:
    """Return a task for each job of a group."""
    player, count = jobs[0].player, _together(jobs, config)
    shared = player.observation, player.interaction, count, config
    threads = 1 if config.is_local else config.task_cores
    return [_Task(job, *shared, threads) for job in jobs]


def _play_task(task: _Task) -> list[PlayedEpisode]:
    """Play a job in environments of its own."""
    job = task.job
    with make_played_worlds(
        job.player.environment,
        task.observation,
        [job.domain],
        task.num_envs,
        task.config.rendering,
        num_threads=task.num_threads,
        interaction=task.interaction,
    ) as played:
        worlds = played[job.domain]
        policy, watch = _policy_of(job.player, worlds, task.config)
        return list(play_queue(worlds, policy, [seed for _, seed in job.episodes], watch))


def _together(jobs: Sequence[Job], config: EvaluateTransferConfig) -> int:
    """Return how many environments the jobs of a group play in."""
    return min(config.num_envs, max(len(job.episodes) for job in jobs))


def _alarm_of(job: Job, episodes: Sequence[PlayedEpisode]) -> list[Alarm]:
    """Return how often the alarm was raised in a job's episodes; nothing where there is none."""
    share = share_of_alarms(episodes)
    return [] if share is None else [((job.player.name, job.domain), share)]


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


def _row(job: Job, episode: PlayedEpisode) -> Row:
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
