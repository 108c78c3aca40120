"""The configuration of one agent's training, and what follows from it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro

from darla.environments.words import EnvironmentWords
from darla.running.names import unknown
from darla.running.plain_json import plain
from darla.running.precision import Precision
from darla.stores.urls import place
from darla.tracking.tracked_run import TrackedRun
from darla.tracking.trackers import check_tracker
from darla.wrappers.latent_options import LatentOptions
from darla_agents.agent.alarm_words import AlarmWords
from darla_agents.agent.algorithms import parse_settings, settings_for
from darla_agents.agent.augmentations import (
    EPISODE,
    NONE,
    check_augmentation,
    describe_augmentations,
    needs_encoder,
)
from darla_agents.agent.interaction import Interaction, parse_size
from darla_agents.agent.kinds import KINDS, UNTRAINED, Kind, describe_kinds
from darla_agents.agent.spec import AgentSpec
from darla_agents.worlds.rendering import BATCHED, check_rendering
from darla_envs.description.usual_domains import SOURCE

MASK, REPAINT, MASK_REPAINT = "mask", "repaint", "mask_repaint"
LOOK_TREATMENTS = (MASK, "resample", REPAINT, MASK_REPAINT)
"""What can be done with the latents of the look, so that a policy does not rely on them."""

AUTO = "auto"
DEFAULT_SIZE = (64, 64)
"""Height and width of the pictures that agents see unless others are asked for, as encoders do."""

_FROM_1 = ("total_timesteps", "num_envs", "eval_freq", "eval_episodes", "checkpoint_freq")
_AUGMENTATION = (
    "What is done to pictures that a policy learns from; several are joined by +, as "
    f"shift+recolor. {describe_augmentations()}."
)


@dataclass(frozen=True)
class TrainAgentConfig(EnvironmentWords, AlarmWords):
    """How to train one agent."""

    task: Annotated[str, tyro.conf.arg(aliases=["--env"])] = "Darla/GoToObject-v0"
    """Id of the environment; ``module:Id`` imports a module first, of the current folder too, and
    ``module:function`` names what makes an environment that has no id."""
    domain: str = SOURCE
    """The domain that the agent learns in; source stands for what looks call so."""
    kind: Annotated[str, tyro.conf.arg(help=f"What the agent sees. {describe_kinds()}.")] = "latent"
    """The kind of agent; a name in ``darla_agents.agent.kinds.KINDS``."""
    augmentation: Annotated[str, tyro.conf.arg(help=_AUGMENTATION)] = NONE
    """What is done to pictures while learning from them; ``none`` or a name in
    ``darla_agents.agent.augmentations.AUGMENTATIONS``, or several joined by ``+``."""
    augmentation_share: float = 1.0
    """Share of episodes, or of steps, whose pictures are augmented; the others are as they are."""
    augmentation_each: str = EPISODE
    """What augmentations are drawn anew for: episode, in whose steps they are the same, or step."""
    label: str | None = None
    """What tables call this agent; its kind when not given, and its augmentation: pixels_shift."""
    algorithm: str = "ppo"
    """ppo or a2c for any actions, dqn for a Discrete one, sac or td3 for a Box of numbers."""
    encoder: Path = Path("runs/vision/encoder")
    """Encoder bundle's folder, or its URL in a store, or the name of one that comes with darla
    (rooms), for kinds and augmentations that need one."""
    anyway: bool = False
    """Take an encoder that is known to have failed."""
    total_timesteps: int = 60_000
    """Steps to learn for, all environments together."""
    num_envs: int = 8
    """Environments that are stepped together."""
    seed: int = 0
    """Seed of weights, environments and exploration."""
    out: Path | None = None
    """The run's folder, or its URL in a store; when not given
    runs/agents/<task>__<kind>__<algorithm>__s<seed>, where a label takes the kind's place, and what
    an environment is made with is told by eight digits."""
    settings: tuple[str, ...] = ()
    """The algorithm's settings to change, such as learning_rate=3e-4 n_steps=256."""
    frame_stack: int = 1
    """How many observations the agent sees at a time, the last ones of its episode: latents side by
    side, pictures on top of each other."""
    action_repeat: int = 1
    """How often each of its actions is done, unless the episode ends before; rewards are summed.
    Steps, wherever they are counted, are the agent's own."""
    max_episode_steps: int | None = None
    """Steps of the agent after which episodes are cut, in place of what is registered for the
    environment; it can only shorten those that an environment ends by itself."""
    reward_scale: float = 1.0
    """What rewards are multiplied by for learning; returns that are reported are not scaled."""
    picture_size: str = AUTO
    """Size of the pictures that agents on pictures see: 64, or 60x80 (height, width); native leaves
    them as the environment shows them; auto is 64, or that of the encoder that is trained further.
    Others are resized as frames are, by averaging areas."""
    key: str | None = None
    """The entry of a Dict observation that is the picture; needed when there are several."""
    standardize: bool = True
    """Standardise latents by their mean and standard deviation over D_U."""
    zero_dead: bool = True
    """Set latents that carry nothing to zero."""
    precision: Precision = "auto"
    """Arithmetic of the frozen encoder; auto: bfloat16 on a GPU, and on a CPU built for it, as when
    it was trained."""
    mask_still: float = 0.0
    """Hide latents whose standard deviation in the source is below this share of that over D_U: a
    policy cannot learn what they mean and does anything when they change. 0 hides none."""
    mask_directions: float = 0.0
    """Project out the directions among latents whose standard deviation in the source is below this
    share of that over D_U: where an encoder mixes look and state, no latent stands still, but
    directions may. 0 removes none."""
    mask_look: bool = False
    """Hide the latents that the encoder itself says hold the look (``latent_roles``)."""
    look_treatment: str = MASK
    """What is done with the latents that mask_still and mask_look find. mask: they are hidden.
    resample: while learning they are those of a frame of D_U, another in each episode. repaint: the
    same, and what results is decoded into a picture that is encoded again. mask_repaint: repainted
    and hidden."""
    eval_freq: int = 10_000
    """Steps between evaluations."""
    eval_episodes: int = 20
    """Episodes of an evaluation in each domain; always the same ones."""
    eval_domains: tuple[str, ...] = ()
    """Domains to evaluate in besides the source; targets stands for all that agents are tested in.
    The best model is chosen in the source alone."""
    checkpoint_freq: int = 10_000
    """Steps between checkpoints."""
    rendering: str = BATCHED
    """batched: worlds simulated and drawn together where possible; stock: drawn by MiniWorld."""
    workers: int = 0
    """0: all environments in this process. Otherwise so many processes share them; with stock
    rendering, and for tasks that cannot be batched, a process each: num_envs."""
    device: str = "auto"
    """Device of the policy: auto (a GPU for pixels when there is one, else the CPU), cpu, cuda."""
    encoder_device: str = "auto"
    """Device of the encoder: auto (a GPU when there is one), cpu or cuda."""
    threads: int = 0
    """Threads of torch, and of drawing batched worlds; 0: torch's own choice, and all cores."""
    progress: bool = True
    """Show a progress bar."""
    tracker: str | None = None
    """What is sent all that TensorBoard gets, besides it: wandb, mlflow or trackio, each of which
    needs the extra of its name."""
    export_zip: Path | None = None
    """Also write the agent as a zip file of Stable-Baselines3."""

    def check(self) -> None:
        """Raise a ValueError for a number out of range, an unknown name, or what fits no kind."""
        check_rendering(self.rendering)
        check_tracker(self.tracker)
        self.check_alarm()
        if self.look_treatment not in LOOK_TREATMENTS:
            raise unknown("look treatment", self.look_treatment, LOOK_TREATMENTS)
        if self.look_treatment != MASK and not (self.mask_look or self.mask_still > 0):
            raise ValueError(
                f"look_treatment is {self.look_treatment}, but no latents are to be treated; give "
                "mask_look or mask_still, which say where the look is"
            )
        kind = KINDS[self.kind]
        if self.look_treatment != MASK and not kind.sees_latents:
            raise ValueError(
                f"look_treatment is {self.look_treatment}, and agents of kind {self.kind} see no "
                "latents that can be treated so; leave it out"
            )
        self._check_pictures(kind)
        for name in ("mask_still", "mask_directions"):
            if not 0.0 <= (given := getattr(self, name)) < 1.0:
                raise ValueError(f"{name} is {given}, but must be from 0 to below 1")
        if self.mask_directions > 0 and kind.trains_encoder:
            raise ValueError("mask_directions is for frozen encoders; give mask_still or mask_look")
        for name in (*_FROM_1, "seed", "threads"):
            least = int(name in _FROM_1)
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}, but must be {least} or more")

    def _check_pictures(self, kind: Kind) -> None:
        """Raise a ValueError where something is said of pictures that the agent does not see."""
        if self.picture_size != AUTO and not kind.learns_from_pictures:
            raise ValueError(
                f"picture_size is {self.picture_size}, but an agent of kind {self.kind} sees no "
                "pictures itself; leave it out"
            )
        if self.key is not None and kind.sees_factors:
            raise ValueError(
                f"key is {self.key}, but an agent of kind {self.kind} sees no pictures"
            )


def make_spec(config: TrainAgentConfig) -> AgentSpec:
    """Return the agent that a configuration describes, with its settings complete.

    A ValueError for an unknown kind, algorithm or setting, a value of a wrong type, or a number
    that is out of range.
    """
    config.check()
    settings = settings_for(config.algorithm, config.kind, parse_settings(config.settings))
    kind = KINDS[config.kind]
    how = config.augmentation, config.augmentation_share, config.augmentation_each
    check_augmentation(*how)
    repainted = needs_encoder(config.augmentation)
    options = LatentOptions(
        standardize=config.standardize,
        # The KL of an untrained posterior says nothing, so none of its latents is dead.
        zero_dead=config.zero_dead and kind.encoder != UNTRAINED,
        precision=config.precision if kind.sees_latents else "float32",
    )
    return AgentSpec(
        **AgentSpec.acting_in(config.environment_of(config.task), config.domain),
        kind=config.kind,
        algorithm=config.algorithm,
        seed=config.seed,
        encoder=str(place(config.encoder)) if kind.needs_encoder or repainted else None,
        total_timesteps=config.total_timesteps,
        settings=settings,
        latent_options=options if kind.needs_encoder else LatentOptions(),
        augmentation=config.augmentation,
        augmentation_share=config.augmentation_share,
        augmentation_each=config.augmentation_each,
        label=config.label or "",
        interaction=Interaction(
            frame_stack=config.frame_stack,
            action_repeat=config.action_repeat,
            max_episode_steps=config.max_episode_steps,
            reward_scale=config.reward_scale,
            picture_size=_picture_size(config) if kind.learns_from_pictures else None,
            key=config.key,
        ),
    )


def _picture_size(config: TrainAgentConfig) -> tuple[int, int] | None:
    """Return the size that pictures are brought to; None for none."""
    return DEFAULT_SIZE if config.picture_size == AUTO else parse_size(config.picture_size)


def default_folder(spec: AgentSpec) -> Path:
    """Return where an agent's run goes unless told otherwise."""
    task = spec.environment.file_name(spec.task.replace("/", "-").replace(":", "-"))
    return Path("runs/agents") / f"{task}__{spec.shown_kind}__{spec.algorithm}__s{spec.seed}"


def tracked_run(config: TrainAgentConfig, spec: AgentSpec, folder: Path) -> TrackedRun | None:
    """Return what a tracker is told of a run, which is called as its folder; None without one.

    The algorithm's settings are those of the specification, all of them.
    """
    if config.tracker is None:
        return None
    told = {**plain(config), "settings": plain(spec.settings), "label": spec.shown_kind}
    return TrackedRun(config.tracker, folder.as_posix(), folder.parent.as_posix(), told)


def run_identity(config: TrainAgentConfig) -> dict[str, Any]:
    """Return, as ``run.json`` has them, the entries that stay as they are when a run continues."""
    names = ["task", "env_kwargs", "wrappers", "looks", "domain", "kind", "algorithm"]
    names += ["total_timesteps", "num_envs", "seed"]
    names += ["rendering", "augmentation", "label", "settings"]
    names += ["augmentation_share", "augmentation_each"]
    names += ["frame_stack", "action_repeat", "max_episode_steps", "reward_scale", "key"]
    kind = KINDS[config.kind]
    if kind.learns_from_pictures:
        names.append("picture_size")
    if kind.needs_encoder:
        names += ["encoder", "standardize", "zero_dead", "mask_still", "mask_look"]
        names += ["look_treatment", "mask_directions"]
    elif needs_encoder(config.augmentation):
        names.append("encoder")
    if kind.sees_latents:
        names.append("precision")
    return {name: plain(getattr(config, name)) for name in names}
