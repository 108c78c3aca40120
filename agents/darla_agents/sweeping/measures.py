"""What makes a trial good: one measure, or two that are traded off.

Each is a frozen dataclass whose fields are the keys of an ``[[objectives]]`` table. All of them
look at what a trial has left in its folder, so that a trial that was cut can be measured again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, get_type_hints

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.environments.spec import EnvironmentSpec
from darla.probes import PROBES, LabelledLatents, probe_domains
from darla.running.names import lookup, unknown
from darla.running.ranges import PositiveInt, WholeNumber, check_ranges
from darla_agents.encoder_evaluation.bundles import load_bundles
from darla_agents.encoder_evaluation.config import FEWEST, EncoderEvaluationConfig
from darla_agents.encoder_evaluation.measures import (
    labelled_latents,
    measure_invariance,
    open_rooms,
)
from darla_agents.encoder_evaluation.probe_targets import PROBE_TARGETS, STATE
from darla_agents.playing.evaluate import EvaluateTransferConfig, evaluate_transfer
from darla_agents.playing.row import ACTIONS
from darla_agents.playing.rows import read_rows
from darla_agents.sweeping.stage_settings import AGENT, VISION, typed
from darla_agents.sweeping.validation_domains import check_no_target
from darla_envs.description.tasks import GO_TO_OBJECT, find_task

MAXIMIZE, MINIMIZE = "maximize", "minimize"
ROWS = "validation.csv"
"""The episodes of a trial's agent, in its folder."""


@dataclass(frozen=True)
class TrialFolder:
    """What a trial has trained, and where it may write."""

    path: Path
    encoder: Path | None
    """The bundle, where a vision model was trained."""
    agent: Path | None
    """The agent's folder, where one was trained."""
    environment: EnvironmentSpec | None
    """What the agent acts in."""


@dataclass(frozen=True)
class _OfEncoder:
    """What measures of an encoder have in common: frames of a task that are drawn for them."""

    needs: ClassVar[str] = VISION

    domain: str = "validation"
    """Whose looks it is tested in."""
    env: str | None = None
    """The task, one of this package's; when not given the agent's, or Darla/GoToObject-v0."""
    latents: Literal["state", "all"] = "state"
    """Those that the encoder itself says hold the state, or all."""
    frames: PositiveInt = 4_000
    """Frames that probes are trained on, 400 or more."""
    seed: WholeNumber = 0
    """Decides the frames; every trial sees the same."""

    def check(self, environment: EnvironmentSpec | None, where: str) -> "_OfEncoder":
        """Return it with the task of the agent's environment, checked; see :func:`read_measure`."""
        check_ranges(self)
        env = self.env or (GO_TO_OBJECT if environment is None else environment.name)
        find_task(env)
        check_no_target(env, self.domain, f"{where}.domain")
        fewest = FEWEST["probe_frames"]
        if self.frames < fewest:
            raise ValueError(f"{where}.frames is {self.frames}; give at least {fewest}")
        found = replace(self, env=env)
        found.evaluation(Path()).checked()
        return found

    def evaluation(self, encoder: Path) -> EncoderEvaluationConfig:
        """Return what ``darla evaluate-encoder`` would be told."""
        return EncoderEvaluationConfig(
            bundles=(encoder,),
            env=self.env or GO_TO_OBJECT,
            domain=self.domain,
            targets=(self.domain,),
            probe_frames=self.frames,
            test_frames=max(100, self.frames // 5),
            pairs=max(50, self.frames // 5),
            seed=self.seed,
        )

    def state_of(self, encoder: FrozenEncoder) -> np.ndarray:
        """Return the indices of the latents that are asked for, (k,)."""
        if self.latents == "all":
            return np.arange(encoder.latent_dim)
        state = encoder.latent_roles.get("state", np.zeros(0, np.int64))
        if not len(state):
            name = encoder.config["objective"]["name"]
            raise ValueError(
                f"an encoder of {name} does not say which latents hold the state; give the "
                'objective latents = "all"'
            )
        return state


@dataclass(frozen=True)
class ProbeForecast(_OfEncoder):
    """What a probe that was trained in the source still reads in the domain, as a mean of scores.

    That is the forecast of ``darla evaluate-encoder``: R2, or balanced accuracy of categories.
    """

    direction: ClassVar[str] = MAXIMIZE

    factors: tuple[str, ...] = STATE
    """What it reads."""
    probe: str = "mlp"
    """linear or mlp."""
    source: str = "source"
    """Where it is trained."""

    @property
    def label(self) -> str:
        """What is measured, in a few words."""
        return f"probe of {', '.join(self.factors)} in {self.domain}"

    def check(self, environment: EnvironmentSpec | None, where: str) -> "_OfEncoder":
        """Check names besides; see :func:`read_measure`."""
        lookup("probe", self.probe, dict.fromkeys(PROBES))
        for name in self.factors:
            if name not in PROBE_TARGETS:
                raise unknown("factor", name, PROBE_TARGETS)
        if not self.factors:
            raise ValueError(f"{where}.factors is empty; give one or more, such as bearing")
        found = super().check(environment, where)
        check_no_target(found.env or GO_TO_OBJECT, self.source, f"{where}.source")
        return found

    def measure(self, trained: TrialFolder) -> float:
        """Return the mean score over factors."""
        assert trained.encoder is not None
        config = replace(self.evaluation(trained.encoder), source=self.source)
        (encoder,) = load_bundles(config.bundles, config.device, config.precision)
        state = self.state_of(encoder)
        train, test = (
            self._wanted(labelled_latents(config, domain, [encoder], learns)[0], state)
            for domain, learns in ((self.source, True), (self.domain, False))
        )
        report = probe_domains(train, [test], (self.probe,), (self.seed,))
        scores = [report.mean(name, self.domain, self.probe) for name in self.factors]
        known = [score for score in scores if score is not None]
        if len(known) < len(scores):
            raise ValueError(f"there is no {self.label}: its frames show too little of a factor")
        return float(np.mean(known))

    def _wanted(self, found: LabelledLatents, state: np.ndarray) -> LabelledLatents:
        """Return latents and targets that are asked for."""
        targets = tuple(each for each in found.targets if each.name in self.factors)
        return replace(found, latents=found.latents[:, state], targets=targets)


@dataclass(frozen=True)
class StateMovement(_OfEncoder):
    """How far the state moves, relative to its spread, when nothing but the look changes.

    That is the movement of ``darla evaluate-encoder``: of the latents that hold the state, each
    with the same weight, or of all, each weighted by how much a linear probe relies on it.
    """

    direction: ClassVar[str] = MINIMIZE

    @property
    def label(self) -> str:
        """What is measured, in a few words."""
        return f"state movement in {self.domain}"

    def measure(self, trained: TrialFolder) -> float:
        """Return the movement: 0 for none, 1.41 where the state does not matter."""
        assert trained.encoder is not None
        config = self.evaluation(trained.encoder)
        (encoder,) = load_bundles(config.bundles, config.device, config.precision)
        self.state_of(encoder)  # an error where it tells no state apart
        (train,) = labelled_latents(config, self.domain, [encoder], True)
        with open_rooms(config, self.domain, encoder.image_shape) as rooms:
            found = measure_invariance(rooms, encoder, train, config)
        moved = found.latents if self.latents == "all" else found.active_state
        if moved is None or moved.mean is None:
            raise ValueError("no latent of the state is active, so that its movement says nothing")
        return moved.mean


@dataclass(frozen=True)
class ValidationReturn:
    """The mean return of the trial's agent, as it is after its last step, in a domain."""

    direction: ClassVar[str] = MAXIMIZE
    needs: ClassVar[str] = AGENT

    domain: str
    """Where it plays: looks that agents will not be tested in."""
    episodes: PositiveInt = 100
    """How many episodes, the same ones in every trial."""
    actions: str = "most_probable"
    """most_probable or sampled."""
    seed: WholeNumber = 0
    """Decides which episodes."""

    @property
    def label(self) -> str:
        """What is measured, in a few words."""
        return f"return in {self.domain}"

    def check(self, environment: EnvironmentSpec | None, where: str) -> "ValidationReturn":
        """Check numbers, names and the domain; see :func:`read_measure`."""
        check_ranges(self)
        lookup("kind of actions", self.actions, dict.fromkeys(ACTIONS))
        assert environment is not None
        check_no_target(environment, self.domain, f"{where}.domain")
        return self

    def measure(self, trained: TrialFolder) -> float:
        """Play what has not been played yet, into rows in the trial's folder; the mean return."""
        assert trained.agent is not None and trained.environment is not None
        environment, rows = trained.environment, trained.path / ROWS
        named = [environment.module] if environment.module else []
        evaluate_transfer(
            EvaluateTransferConfig(
                agents=(trained.agent,),
                domains=(self.domain,),
                episodes=self.episodes,
                seed=self.seed,
                out=rows,
                random=False,
                actions=self.actions,
                trust=(*named, *environment.named_modules()),  # which the sweep's file names
                progress=False,
            )
        )
        returns = [row.episode_return for row in read_rows(rows) if row.domain == self.domain]
        return float(np.mean(returns))


Measure = ProbeForecast | StateMovement | ValidationReturn
MEASURES: dict[str, type[Any]] = {
    "probe": ProbeForecast,
    "movement": StateMovement,
    "return": ValidationReturn,
}
"""What can be measured, by name."""


def read_measure(table: Mapping[str, Any], environment: EnvironmentSpec | None, where: str) -> Any:
    """Return the measure that a table of a file describes.

    Args:
        table: its ``measure``, a name of MEASURES, and fields of that.
        environment: what agents act in; None where none is trained.
        where: the table stands, for messages.

    Raises:
        ValueError: a name is unknown (the nearest is suggested), a value is of a wrong type or out
            of range, the domain is a target, or what is to be measured is not trained.
    """
    kind = lookup("measure", table.get("measure", ""), MEASURES)
    if kind.needs == AGENT and environment is None:
        raise ValueError(f'{where} is the return of an agent; add "agent" to commands')
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name in _fields(kind)}
    found = {}
    for key, value in table.items():
        if key == "measure":
            continue
        if key not in hints:
            raise unknown(f"key of {where}", key, ["measure", *hints])
        found[key] = typed(value, hints[key], f"{where}.{key}")
    if kind is ValidationReturn and "domain" not in found:
        raise ValueError(f"{where} names no domain; give one that is no target, such as validation")
    return kind(**found).check(environment, where)


def _fields(kind: type[Any]) -> set[str]:
    """Return the names of a dataclass's fields."""
    return set(kind.__dataclass_fields__)
