"""The agents that the transfer study compares: the options of train_agent.py for each, by label.

All learn with the same settings of the same algorithm, for as many steps of the environment; they
differ in what they see. Encoders are recipes of the study of encoders (encoders/recipes.py), all of
a task trained on the same frames of D_U (STAGE_1), once for each seed in ENCODER_SEEDS; the agent
with seed s has the encoder of seed s modulo their number.
"""

from dataclasses import dataclass, replace

from darla_envs.description.domains import target_names
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.description.usual_domains import UNSUPERVISED, VALIDATION
from encoders.acting import MASK_LOOK, MASK_STILL

ENCODER_SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Entry:
    """One kind of agent."""

    kind: str
    """What it observes, as train_agent.py calls it."""
    recipe: str | None = None
    """Of its encoder; None for agents without one."""
    options: tuple[str, ...] = ()
    """Further options of train_agent.py."""
    seeds: int = 3
    """How many agents are trained."""
    algorithm: str = "ppo"
    """ppo, a2c or dqn."""


def latent(recipe: str, *options: str, seeds: int = 3, algorithm: str = "ppo") -> Entry:
    """Return an agent on the latents of a recipe's encoder."""
    return Entry("latent", recipe, options, seeds, algorithm)


def treated(treatment: str) -> Entry:
    """Return an agent on ``darla`` whose wrapper does something else about the look than hide it.

    As many seeds as of the common agents: the best option is one of them.
    """
    return latent("darla", *MASK_LOOK, "--look-treatment", treatment, seeds=5)


_COMMON = {
    "pixels": Entry("pixels", seeds=5),
    "pixels_d_u": Entry("pixels", options=("--domain", "d_u"), seeds=5),
    "beta_vae_4": latent("beta_vae beta=4", seeds=5),
    "darla": latent("darla", seeds=5),
    "darla_mask": latent("darla", *MASK_LOOK, seeds=5),
    "factors": Entry("factors", seeds=5),
}
_BASELINES = {
    "pixels_shift": Entry("pixels", options=("--augmentation", "shift")),
    "pixels_color": Entry("pixels", options=("--augmentation", "color")),
    "pixels_conv": Entry("pixels", options=("--augmentation", "conv")),
    "random_encoder": Entry("random_encoder", "darla"),
    "autoencoder": latent("autoencoder"),
    "vae": latent("beta_vae beta=1"),
    "beta_vae_entangled": latent("beta_vae beta=0.25"),
    "beta_vae_4_directions": latent("beta_vae beta=4", *MASK_STILL),
    "darla_2017": latent("darla_2017"),
    "darla_2017_directions": latent("darla_2017", *MASK_STILL),
    "darla_directions": latent("darla", *MASK_STILL, seeds=5),
    "dae_features": latent("dae"),
    "supervised": latent("supervised"),
    "darla_resample": treated("resample"),
    "darla_repaint": treated("repaint"),
    "darla_mask_repaint": treated("mask_repaint"),
    "darla_finetuned": Entry("finetuned", "darla", MASK_LOOK),
    "pixels_a2c": Entry("pixels", algorithm="a2c"),
    "darla_mask_a2c": latent("darla", *MASK_LOOK, algorithm="a2c"),
    "pixels_dqn": Entry("pixels", algorithm="dqn"),
    "darla_mask_dqn": latent("darla", *MASK_LOOK, algorithm="dqn"),
}
_PAIRS = ("--domain", "source_pairs")
_CONJUNCTIONS = {
    "pixels_pairs": Entry("pixels", options=_PAIRS),
    "darla_pairs": latent("darla", *_PAIRS),
    "darla_mask_pairs": latent("darla", *MASK_LOOK, *_PAIRS),
}
WRAPPER_OPTIONS = (
    "darla",
    "darla_mask",
    "darla_directions",
    "darla_resample",
    "darla_repaint",
    "darla_mask_repaint",
)
"""Agents on the same latents that differ in what their wrapper does about the look."""
ONE_ROOM = "MiniWorld-OneRoomS6Fast-v0"
"""One of MiniWorld's own environments: reach the box, in 50 steps."""
VALIDATED_IN = {GO_TO_OBJECT: VALIDATION, SEEK_AVOID: UNSUPERVISED, ONE_ROOM: UNSUPERVISED}
"""Where an option is chosen: in looks of D_U, with the objects of the source."""
_NEW = ("new_floor", "new_wall", "new_object_color", "floor_and_wall", "all_three")
COLORS = {
    GO_TO_OBJECT: _NEW,
    SEEK_AVOID: _NEW,
    ONE_ROOM: ("new_floor", "new_wall", "new_objects", "floor_and_wall", "all_three"),
}
"""For each task the targets of colours that encoders have seen and policies have not."""
_CEILINGS = {
    f"pixels_in_{target}": Entry("pixels", options=("--domain", target), seeds=3) for target in _NEW
} | {
    f"pixels_in_{target}": Entry("pixels", options=("--domain", target), seeds=1)
    for target in target_names(GO_TO_OBJECT)
    if target not in _NEW
}
_VECTORS = 'policy_kwargs={"net_arch": [256, 256], "activation_fn": "relu"}'


def among_four(entry: Entry) -> Entry:
    """Return an agent with the settings of SeekAvoid, where four objects stand about.

    All explore more, and those that see vectors have a larger network than GoToObject needs;
    pixels have a convolutional one.
    """
    network = () if entry.kind == "pixels" else (_VECTORS,)
    return replace(entry, options=(*entry.options, "--settings", "ent_coef=0.02", *network))


_SPLIT = {
    label: among_four(replace(entry, options=(*entry.options, *_PAIRS)))
    for label, entry in {**_COMMON, "darla_resample": treated("resample")}.items()
    if label != "pixels_d_u"
}
LADDER: dict[str, dict[str, Entry]] = {
    GO_TO_OBJECT: {**_COMMON, **_BASELINES, **_CONJUNCTIONS, **_CEILINGS},
    SEEK_AVOID: {**_SPLIT, "pixels_d_u": among_four(_COMMON["pixels_d_u"])},
    ONE_ROOM: {
        "pixels": Entry("pixels", options=("--picture-size", "native")),  # 60 by 80
        **{label: replace(_COMMON[label], seeds=3) for label in ("darla", "darla_mask")},
    },
}
"""For each task the agents by label. In SeekAvoid all but those that learn in D_U learn in
``source_pairs``, DARLA's conjunction split."""
STAGE_1: dict[str, tuple[str, ...]] = {
    GO_TO_OBJECT: ("--tasks", GO_TO_OBJECT),
    SEEK_AVOID: ("--tasks", GO_TO_OBJECT, SEEK_AVOID, "--num-frames", "150000", "--epochs", "3.2"),
    ONE_ROOM: ("--tasks", ONE_ROOM),
}
"""For each task the options of run_encoders.py for its encoders. Four objects take longer to learn
to see: those of SeekAvoid are trained as the encoder that ships is, on frames of both tasks."""
TIMESTEPS = {GO_TO_OBJECT: 60_000, SEEK_AVOID: 300_000, ONE_ROOM: 100_000}
"""For each task the steps that every agent learns for."""
WATCHED = {
    GO_TO_OBJECT: ("new_wall", "all_three", "unseen_colors"),
    SEEK_AVOID: ("held_out_pairs", "all_three"),
    ONE_ROOM: ("all_three", "unseen_colors"),
}
"""For each task the targets whose learning curves are drawn."""
