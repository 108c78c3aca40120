"""Where an agent is evaluated while it learns, and by what."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm

from darla.encoder.bundle import FrozenEncoder
from darla.running.seeds import Purpose, derive_seed
from darla.tracking.run_writer import RunWriter
from darla.wrappers.latent_alarm import LatentAlarm
from darla_agents.agent.acting import AgentPolicy
from darla_agents.agent.saved_agent import SavedAgent, best_evaluation, is_saved, save_agent
from darla_agents.agent.spec import AgentSpec
from darla_agents.learning.callbacks import EvaluateDomains, Watch
from darla_agents.learning.config import TrainAgentConfig
from darla_agents.learning.run_folder import RunFolder
from darla_agents.learning.tensorboard_layout import RETURN
from darla_agents.playing.played_worlds import PlayedWorlds, make_played_worlds
from darla_envs.suites import suite_of

EVERY_TARGET = "targets"
"""What stands for all of a task's targets among the domains to evaluate in."""
_MOST_EVALUATION_ENVS = 8


def evaluation_worlds(
    config: TrainAgentConfig, spec: AgentSpec, drawing: Mapping[str, Any]
) -> AbstractContextManager[dict[str, PlayedWorlds]]:
    """Make what the agent is evaluated in, by domain, with the source first.

    A ValueError where all targets are wanted, and there are none.
    """
    targets = suite_of(spec.environment).targets()
    if EVERY_TARGET in config.eval_domains and not targets:
        raise ValueError(
            f"{spec.environment.text} has no targets that are known by a name; declare some with "
            f"--looks, name the domains to evaluate in besides {spec.domain} one by one, or leave "
            "--eval-domains out"
        )
    named = {EVERY_TARGET: targets}
    wanted = [name for each in config.eval_domains for name in named.get(each, [each])]
    domains = list(dict.fromkeys([spec.domain, *wanted]))
    count = min(config.eval_episodes, _MOST_EVALUATION_ENVS)
    how = {"interaction": spec.interaction, **drawing}
    return make_played_worlds(spec.environment, spec.traits.observation, domains, count, **how)


def make_evaluation(
    config: TrainAgentConfig,
    spec: AgentSpec,
    folder: RunFolder,
    model: BaseAlgorithm,
    domains: Mapping[str, PlayedWorlds],
    encoder: FrozenEncoder | None,
    alarm: LatentAlarm | None,
    writer: RunWriter,
    watch: Watch | None,
) -> EvaluateDomains:
    """Return what evaluates the agent while it learns, and keeps the best one in the source."""
    # One seed for each episode; runs of one seed play the same ones, whatever they see.
    episodes = range(config.eval_episodes)
    seeds = [derive_seed(config.seed, Purpose.SOURCE_EVALUATION, index) for index in episodes]
    shown = domains[spec.domain].observation_space
    agent = SavedAgent(spec, model, model.num_timesteps)
    return EvaluateDomains(
        config.eval_freq,
        domains,
        AgentPolicy(agent, shown, encoder, alarm=alarm),
        seeds,
        writer,
        _best_return(folder),
        lambda evaluation: save_agent(model, spec, folder.best, evaluation),
        alarm,
        watch,
    )


def _best_return(folder: RunFolder) -> float | None:
    """Return the source's return of the best agent so far, or None when there is none."""
    if not is_saved(folder.best):
        return None
    evaluation = best_evaluation(folder.best)
    return None if evaluation is None else float(evaluation[RETURN])
