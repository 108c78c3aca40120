"""Train an agent in its source domain, or continue where an earlier process was stopped."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger

from darla.encoder.bundle import FrozenEncoder
from darla.running.denormals import denormals_flushed
from darla.running.exclusive import exclusive
from darla.running.run_record import RECORD, write_run_record
from darla.running.seeds import Purpose, derive_seed
from darla.running.step_folders import use_newest
from darla.running.stop_requests import StopRequest, stop_requests
from darla.stores.mirrored_runs import mirrored_run
from darla.stores.urls import Place, StoreUrl, place
from darla_agents.agent.alarm_words import agent_alarm
from darla_agents.agent.algorithms import remembers
from darla_agents.agent.encoders import bundled_encoder
from darla_agents.agent.interaction import NATIVE
from darla_agents.agent.models import build_for_training
from darla_agents.agent.saved_agent import (
    export_zip,
    load_agent,
    save_agent,
)
from darla_agents.agent.spec import AgentSpec
from darla_agents.agent.weights import restore
from darla_agents.learning.callbacks import (
    SaveCheckpoints,
    ShowProgress,
    StopAtNaN,
    StopWhenAsked,
    Watch,
)
from darla_agents.learning.config import (
    TrainAgentConfig,
    default_folder,
    make_spec,
    run_identity,
    tracked_run,
)
from darla_agents.learning.evaluation import evaluation_worlds, make_evaluation
from darla_agents.learning.resolve_spec import resolve_spec, suited_settings
from darla_agents.learning.run_folder import RunFolder
from darla_agents.learning.tensorboard_layout import (
    TensorBoardFolder,
    write_hyperparameters,
    write_layout,
)
from darla_agents.worlds.environments import make_vec_env
from darla_agents.worlds.rendering import STOCK

_WEIGHTS_CHECKED_EVERY = 1_000  # steps


def train_agent(config: TrainAgentConfig, watch: Watch | None = None) -> Place:
    """Train an agent, or continue a run that was stopped, or say that it is finished.

    A continued run has the weights, the optimiser and the step count of its last checkpoint; its
    episodes, and the memory of DQN, SAC and TD3, start afresh. One that began before there was a
    choice of rendering goes on with MiniWorld's.

    Args:
        config: what to train.
        watch: is told of each evaluation; an error that it raises ends the training, and is
            raised here.

    Returns:
        The run's folder, or its URL where ``config.out`` is one
        (:mod:`darla.stores.mirrored_runs`); the agent is in it and the best one in the source under
        ``best``.

    Raises:
        ValueError: unknown names, settings that do not fit, or a folder that holds another run or
            that another process trains in.
        FileNotFoundError: there is no encoder in the folder given.
        StoreError: a store that the encoder or the folder is in cannot be reached.
    """
    out = None if config.out is None else place(config.out)
    if isinstance(out, StoreUrl):
        with mirrored_run(out) as run:
            _train_in_folder(replace(config, out=run.folder), watch, run.send)
        return out
    return _train_in_folder(replace(config, out=out), watch, lambda: None)


def _train_in_folder(
    config: TrainAgentConfig, watch: Watch | None, saved: Callable[[], None]
) -> Path:
    """Train in a local folder; it is told whenever a checkpoint has been ``saved``."""
    config = config.with_looks_read()
    spec = make_spec(config)
    folder = RunFolder(config.out or default_folder(spec))
    if folder.precedes("rendering") and config.rendering != STOCK:
        config = replace(config, rendering=STOCK)
        print(f"{folder.path} began with {STOCK} rendering, and keeps it")
    if folder.precedes("picture_size") and spec.interaction.picture_size is not None:
        config = replace(config, picture_size=NATIVE)
        spec = make_spec(config)
        print(f"{folder.path} began with pictures of {NATIVE} size, and keeps them")
    folder.check(run_identity(config))
    if config.threads:
        torch.set_num_threads(config.threads)
    if folder.finished:
        print(f"{folder.path} is finished: nothing is left to train")
    else:
        with denormals_flushed(), ExitStack() as stack:
            _train(config, spec, folder, stack, watch, saved)
    if config.export_zip is not None:
        export_zip(load_agent(folder.path).model, config.export_zip)
    return folder.path


def _check_that_it_sees(encoder: FrozenEncoder, anyway: bool) -> None:
    """Raise a ValueError where an encoder is known to have failed, unless it is taken anyway."""
    if encoder.failure and not anyway:
        raise ValueError(
            f"the encoder {encoder.path} has failed: {encoder.failure}; or take it with --anyway"
        )


def _train(
    config: TrainAgentConfig,
    spec: AgentSpec,
    folder: RunFolder,
    stack: ExitStack,
    watch: Watch | None,
    saved: Callable[[], None],
) -> None:
    """Train an agent in a folder that nobody else trains in."""
    drawing: dict[str, Any] = {"rendering": config.rendering, "num_threads": config.threads or None}
    bundled = bundled_encoder(spec, config.encoder_device)
    if bundled is not None:
        _check_that_it_sees(bundled, config.anyway)
        if spec.traits.needs_encoder:  # and not its augmentation alone
            spec = resolve_spec(config, spec, bundled, **drawing)
    encoder = bundled if spec.traits.sees_latents else None
    alarm = agent_alarm(config, spec, encoder)
    venv = make_vec_env(
        spec,
        spec.domain,
        config.num_envs,
        encoder=bundled,
        learning=True,
        workers=config.workers,
        **drawing,
    )
    stack.enter_context(closing(venv))
    spec = suited_settings(config, spec, venv.observation_space, venv.action_space)
    domains = stack.enter_context(evaluation_worlds(config, spec, drawing))
    model = build_for_training(spec, venv, spec.seed, config.device)
    stack.enter_context(exclusive(folder.path))
    if not (folder.path / RECORD).is_file():
        write_run_record(folder.path, config, config.seed)
    _continue(model, spec, folder)
    output = _log_to(folder, config, spec, model)
    stack.callback(model.logger.close)
    write_layout(output.writer, domains, alarm is not None)
    write_hyperparameters(output, spec, domains)
    evaluate = make_evaluation(
        config, spec, folder, model, domains, encoder, alarm, output.writer, watch
    )
    request = stack.enter_context(stop_requests())
    model.learn(
        spec.total_timesteps - model.num_timesteps,
        callback=[
            StopAtNaN(_WEIGHTS_CHECKED_EVERY, folder.path),
            evaluate,
            *_housekeeping(config, spec, folder, model, request, saved),
        ],
        log_interval=_log_interval(spec, venv.num_envs),
        reset_num_timesteps=False,
    )
    request.obey()
    save_agent(model, spec, folder.path)


def _log_to(
    folder: RunFolder, config: TrainAgentConfig, spec: AgentSpec, model: BaseAlgorithm
) -> TensorBoardFolder:
    """Let an agent log into its folder, and to a tracker if there is one."""
    tracked = tracked_run(config, spec, folder.path)
    output = TensorBoardFolder(folder.tensorboard, model.num_timesteps, tracked)
    model.set_logger(Logger(folder=None, output_formats=[output]))
    return output


def _log_interval(spec: AgentSpec, num_envs: int) -> int:
    """Return how many rollouts lie between two points of TensorBoard's curves.

    About every 1,000 steps, and ten times in a shorter run. Of algorithms with a memory it is
    episodes.
    """
    if remembers(spec.algorithm):
        return 4
    steps = min(1_000, spec.total_timesteps // 10)
    return max(1, steps // (int(spec.settings["n_steps"]) * num_envs))


def _continue(model: BaseAlgorithm, spec: AgentSpec, folder: RunFolder) -> None:
    """Take up the newest checkpoint if there is one, and seed what is to come.

    The seeds depend on the step, so that a continued run does not play its first episodes again.
    """
    if use_newest(folder.checkpoints(), partial(restore, model)) is not None:
        memory = f"; {spec.algorithm}'s memory starts empty" if remembers(spec.algorithm) else ""
        print(f"{folder.path} continues after {model.num_timesteps} steps{memory}")
    model.set_random_seed(derive_seed(spec.seed, Purpose.TRAINING, model.num_timesteps))


def _housekeeping(
    config: TrainAgentConfig,
    spec: AgentSpec,
    folder: RunFolder,
    model: BaseAlgorithm,
    request: StopRequest,
    saved: Callable[[], None],
) -> list[BaseCallback]:
    """Return what saves checkpoints and shows progress."""

    def save_checkpoint() -> None:
        """Save the agent, and delete older checkpoints."""
        save_agent(model, spec, folder.checkpoint(model.num_timesteps))
        folder.prune()
        saved()

    title = f"{spec.shown_kind} {spec.algorithm} seed {spec.seed}"
    return [
        SaveCheckpoints(config.checkpoint_freq, save_checkpoint),
        StopWhenAsked(request, save_checkpoint),
        ShowProgress(spec.total_timesteps, title, config.progress),
    ]
