"""Train an agent in its source domain, or continue where an earlier process was stopped."""

from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import torch
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv

from agents.callbacks import EvaluateDomains, SaveCheckpoints, ShowProgress
from agents.environments import agent_encoder, derive_seed, make_vec_env
from agents.models import build_for_training
from agents.run_folder import RunFolder
from agents.saved_agent import export_zip, is_saved, load_agent, restore, save_agent
from agents.spec import AgentSpec
from agents.tensorboard_layout import (
    RETURN,
    TensorBoardFolder,
    make_logger,
    write_hyperparameters,
    write_layout,
)
from agents.train_config import TrainAgentConfig, default_folder, make_spec, run_identity
from darla.run_record import write_run_record

_TRAINING, _EVALUATION = 1, 2  # purposes of seeds
_MOST_EVALUATION_ENVS = 8


def train_agent(config: TrainAgentConfig) -> Path:
    """Train an agent, or continue a run that was stopped, or say that it is finished.

    A continued run has the weights, the optimiser and the step count of its last checkpoint; its
    episodes, and DQN's memory, start afresh.

    Returns:
        The run's folder; the agent is in it and the best one in the source under ``best``.

    Raises:
        ValueError: unknown names, settings that do not fit, or a folder that holds another run.
        FileNotFoundError: there is no encoder in the folder given.
    """
    spec = make_spec(config)
    folder = RunFolder(config.out or default_folder(spec))
    folder.check(run_identity(config))
    if config.threads:
        torch.set_num_threads(config.threads)
    if folder.finished:
        print(f"{folder.path} is finished: nothing is left to train")
    else:
        with ExitStack() as stack:
            _train(config, spec, folder, stack)
    if config.export_zip is not None:
        export_zip(load_agent(folder.path).model, config.export_zip)
    return folder.path


def _train(config: TrainAgentConfig, spec: AgentSpec, folder: RunFolder, stack: ExitStack) -> None:
    domains, venv = _make_worlds(config, spec, stack)
    model = build_for_training(spec, venv, spec.seed, config.device)
    if not (folder.path / "run.json").is_file():
        write_run_record(folder.path, config, config.seed)
    _continue(model, spec, folder)
    output = TensorBoardFolder(folder.tensorboard, model.num_timesteps)
    model.set_logger(make_logger(output))
    stack.callback(model.logger.close)
    write_layout(output.writer, domains)
    write_hyperparameters(output, spec, domains)
    model.learn(
        spec.total_timesteps - model.num_timesteps,
        callback=_callbacks(config, spec, folder, domains, model, output),
        reset_num_timesteps=False,
    )
    save_agent(model, spec, folder.path)


def _make_worlds(
    config: TrainAgentConfig, spec: AgentSpec, stack: ExitStack
) -> tuple[dict[str, VecEnv], VecEnv]:
    """Make the environments to be evaluated in, by domain with the source first, and to learn in.

    They share one encoder.
    """
    make = partial(make_vec_env, spec, encoder=agent_encoder(spec, config.encoder_device))
    count = min(config.eval_episodes, _MOST_EVALUATION_ENVS)
    domains = {
        domain: stack.enter_context(closing(make(domain, count, seed=0)))
        for domain in dict.fromkeys([spec.domain, *config.eval_domains])
    }
    venv = make(spec.domain, config.num_envs, seed=0, workers=config.workers)
    return domains, stack.enter_context(closing(venv))


def _continue(model: BaseAlgorithm, spec: AgentSpec, folder: RunFolder) -> None:
    """Take up the newest checkpoint if there is one, and seed what is to come.

    The seeds depend on the step, so that a continued run does not play its first episodes again.
    """
    checkpoint = folder.latest_checkpoint()
    if checkpoint is not None:
        restore(model, checkpoint)
        memory = "; DQN's memory starts empty" if spec.algorithm == "dqn" else ""
        print(f"{folder.path} continues after {model.num_timesteps} steps{memory}")
    model.set_random_seed(derive_seed(spec.seed, _TRAINING, model.num_timesteps))


def _callbacks(
    config: TrainAgentConfig,
    spec: AgentSpec,
    folder: RunFolder,
    domains: dict[str, VecEnv],
    model: BaseAlgorithm,
    output: TensorBoardFolder,
) -> list[BaseCallback]:
    def save_checkpoint() -> None:
        save_agent(model, spec, folder.checkpoint(model.num_timesteps))
        folder.prune()

    evaluate = EvaluateDomains(
        config.eval_freq,
        domains,
        config.eval_episodes,
        derive_seed(spec.seed, _EVALUATION),
        output.writer,
        _best_return(folder),
        lambda evaluation: save_agent(model, spec, folder.best, evaluation),
    )
    title = f"{spec.kind} {spec.algorithm} seed {spec.seed}"
    progress = ShowProgress(spec.total_timesteps, title, config.progress)
    return [evaluate, SaveCheckpoints(config.checkpoint_freq, save_checkpoint), progress]


def _best_return(folder: RunFolder) -> float | None:
    """Return the source's return of the best agent so far, or None when there is none."""
    if not is_saved(folder.best):
        return None
    evaluation = load_agent(folder.best).evaluation
    return None if evaluation is None else evaluation[RETURN]
