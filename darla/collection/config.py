"""What to collect: the configuration, its checks, and the recipe that identifies a dataset."""

import json
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from darla.environments.looks import Look
from darla.environments.spec import EnvironmentSpec
from darla.environments.words import EnvironmentWords
from darla.frames.attributes import DEFAULT_CHUNK_SIZE, SIDES
from darla.running.names import unknown
from darla.running.tasks import ClusterWords
from darla.stores.urls import Place, is_stored, place

RANDOM, FACTORS, AGENT = "random", "factors", "agent"
POLICIES = (RANDOM, FACTORS, AGENT)
RENDERINGS = ("batched", "stock")


@dataclass(frozen=True)
class CollectConfig(EnvironmentWords, ClusterWords):
    """Which frames to collect, from where, and to which folder."""

    env: str
    """Id of the Gymnasium environment; ``module:Id`` imports a module first, of the current folder
    too, and ``module:function`` names what makes an environment that has no id."""
    domain: str | None = None
    """Name of the domain: one of the looks; without looks, the environment's argument ``domain``.
    With looks it is that of frames for encoders when not given."""
    out: Path | None = None
    """Folder of the dataset, or its URL in a store (``s3://bucket/name``); by default ``data/`` and
    the environment's name."""
    num_frames: int = 20_000
    """How many frames the dataset has."""
    policy: str | None = None
    """Where frames come from: ``factors`` puts the world into a fresh setting of its factors for
    every frame, ``random`` acts at random, ``agent`` acts as a saved agent does. When not given,
    ``agent`` where there is one, ``factors`` where the environment offers them, else ``random``."""
    in_view: float | None = 0.8
    """For ``factors``: the share of frames with an object in view, from 0 to 1; ``None`` leaves
    it to chance."""
    frames_per_look: int | None = None
    """Frames in a row that share their look; they count as one episode, as objectives that learn
    from pairs need it. For ``factors`` 2 by default: colours and light are shared, and all else
    differs, the kinds of objects too. Policies that act keep a look for a whole episode unless
    this is given: then another look begins after so many frames, where looks only restyle pictures
    in the middle of an episode, and otherwise with another episode."""
    looks_per_state: int = 1
    """For ``factors``: in how many looks those frames are drawn, one look after the other, so that
    each has a twin which shows the same state in another look."""
    look_factors: tuple[str, ...] = ()
    """For ``factors``: those that make the look, which frames of one look share and twins do not;
    by default all whose role is ``look``, but no kinds of objects."""
    agent: Path | None = None
    """For ``agent``: the folder of the saved agent, or its URL in a store."""
    size: tuple[int, ...] = (64,)
    """Height and width of the frames in pixels, or one number for both. Pictures of another size
    are resized, their sides each on its own."""
    rendering: str = "batched"
    """``batched`` draws many worlds at once, where the environment registers that with Gymnasium
    (a vector entry point) and otherwise one at a time; ``stock`` always does the latter."""
    key: str | None = None
    """The entry of a Dict observation that is the picture; needed when there are several."""
    seed: int = 0
    """The same seed gives the same dataset, whatever the number of workers or nodes."""
    workers: int | None = None
    """Processes of this machine that collect side by side; by default as many as there are cores.
    On a --cluster there are as many as its nodes have room for."""
    imports: tuple[str, ...] = ()
    """Modules that register environments, imported by every worker one after the other until one
    has registered ``env``."""
    chunk_size: int = DEFAULT_CHUNK_SIZE
    """Frames in a chunk: the unit of work and of the dataset. Each chunk begins a new episode."""

    @property
    def path(self) -> Place:
        """The folder of the dataset, or its URL; a ValueError where that cannot be used."""
        if self.out is not None:
            return place(self.out)
        name = re.sub(r"-v\d+$", "", re.split("[:/]", self.env)[-1])
        plain = re.sub(r"(?<=[a-z])(?=[A-Z])|\W", "_", name).lower()
        environment = self.environment
        kwargs = {name: each for name, each in self.env_kwargs.items() if name != "domain"}
        return Path("data") / replace(environment, env_kwargs=kwargs).file_name(plain)

    @property
    def environment(self) -> EnvironmentSpec:
        """The environment, without the domain."""
        return self.environment_of(self.env)

    @property
    def look(self) -> Look | None:
        """What changes the environment, where it has looks: that of the domain, or D_U's.

        A ValueError where there is no such domain.
        """
        return None if self.looks is None else self.environment.look(self._domain_of_looks())

    @property
    def chosen_policy(self) -> str | None:
        """The policy that was asked for; None where the environment decides."""
        return AGENT if self.policy is None and self.agent is not None else self.policy

    @property
    def per_look(self) -> int:
        """Frames in a row that share a look; 1 where a policy acts for whole episodes."""
        if self.frames_per_look is not None:
            return self.frames_per_look
        return 2 if self.chosen_policy in (FACTORS, None) else 1

    @property
    def block(self) -> int:
        """Frames in a row that share looks or states."""
        return self.per_look * self.looks_per_state

    @property
    def twins(self) -> dict[str, Any]:
        """What decides of twins, by the names of the fields, where it is not the default."""
        asked = {
            "looks_per_state": self.looks_per_state if self.looks_per_state > 1 else None,
            "look_factors": self.look_factors or None,
        }
        return {name: value for name, value in asked.items() if value is not None}

    @property
    def cuts_looks(self) -> bool:
        """Whether a policy acts, but not for whole episodes in one look."""
        return self.chosen_policy in (RANDOM, AGENT) and self.frames_per_look is not None

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the frames in pixels."""
        return self.size[0], self.size[-1]

    @property
    def all_env_kwargs(self) -> dict[str, Any]:
        """What the environment is made with: ``env_kwargs``, and a domain of its own."""
        return {**self.environment_domain, **self.env_kwargs}

    @property
    def environment_domain(self) -> dict[str, Any]:
        """The domain as an argument of the environment, which ``environment`` lacks."""
        own = self.domain is not None and self.looks is None and "domain" not in self.env_kwargs
        return {"domain": self.domain} if own else {}

    @property
    def num_chunks(self) -> int:
        """The number of chunks, of which the last may be shorter."""
        return -(-self.num_frames // self.chunk_size)

    @property
    def num_workers(self) -> int:
        """The number of processes: as asked for, but never more than there are chunks."""
        return min(self.workers or available_cores(), self.num_chunks)

    def chunk_length(self, index: int) -> int:
        """Return the number of frames in a chunk."""
        return min(self.chunk_size, self.num_frames - index * self.chunk_size)

    def recipe(self) -> dict[str, Any]:
        """Return what decides every value of the dataset, as its attributes hold it."""
        policy, environment = self.chosen_policy, self.environment
        recipe = {
            "env": self.env,
            "env_kwargs": self.all_env_kwargs,
            "wrappers": list(environment.wrappers),
            "look": self._recorded_look(),
            "how": policy,
            "in_view": self.in_view if policy == FACTORS else None,
            "frames_per_look": self.per_look,
            **self.twins,
            "agent": str(place(self.agent)) if policy == AGENT and self.agent else None,
            "seed": self.seed,
            "rendering": self.rendering,
            "key": self.key,
            "num_frames": self.num_frames,
            "size": list(self.image_size),
            "chunk_size": self.chunk_size,
        }
        plain: dict[str, Any] = json.loads(json.dumps(recipe))
        return plain

    def _domain_of_looks(self) -> str:
        """Return the domain that is meant, where there are looks."""
        looks = self.environment.looks
        assert looks is not None
        if self.domain is not None:
            return self.domain
        return looks.unsupervised if looks.unsupervised in looks.domains else looks.source

    def _recorded_look(self) -> dict[str, Any] | None:
        """Return the look by its content, and what it is called; None without looks."""
        looks = self.environment.looks
        if looks is None:
            return None
        name = self._domain_of_looks()
        self.environment.look(name)  # an error if there is none
        return {"name": name, **looks.to_json()["domains"][name]}

    def check(self) -> None:
        """Raise a ValueError for what is out of range, unknown or missing."""
        _ = self.environment  # an error where it is none
        self._recorded_look()
        if self.chosen_policy not in (*POLICIES, None):
            raise unknown("policy", str(self.policy), POLICIES)
        if self.rendering not in RENDERINGS:
            raise unknown("rendering", self.rendering, RENDERINGS)
        _check_positive(num_frames=self.num_frames, chunk_size=self.chunk_size)
        self._check_frames_per_look()
        if self.workers is not None:
            _check_positive(workers=self.workers)
        if self.seed < 0:
            raise ValueError(f"seed is a whole number from 0, not {self.seed}")
        low, high = SIDES
        if len(self.size) not in (1, 2) or not all(low <= side <= high for side in self.size):
            raise ValueError(
                f"size is one or two numbers of pixels (height, width) from {low} to {high}, "
                f"not {' '.join(map(str, self.size)) or 'nothing'}"
            )
        if self.in_view is not None and not 0 <= self.in_view <= 1:
            raise ValueError(f"in_view is a share from 0 to 1, not {self.in_view}")
        self._check_agent()
        self.check_cluster()

    def _check_frames_per_look(self) -> None:
        """Check that looks change between episodes, and episodes between chunks."""
        if self.frames_per_look is not None:
            _check_positive(frames_per_look=self.frames_per_look)
        policy = self.chosen_policy
        if self.frames_per_look == 1 and policy in (RANDOM, AGENT):
            raise ValueError(
                f"frames_per_look is 1, but the policy is {policy!r}, of whose frames pairs of one "
                "look are learnt from; give 2 or more, or leave it out for whole episodes"
            )
        self._check_twins()
        is_known = policy is not None or self.frames_per_look is not None
        if is_known and self.chunk_size % self.block:
            what = f"frames_per_look is {self.per_look}"
            if self.looks_per_state > 1:
                what = f"{what} and looks_per_state {self.looks_per_state}, whose product"
            else:
                what = f"{what}, which"
            raise ValueError(
                f"{what} does not divide the chunk size "
                f"{self.chunk_size}; give a divisor of it, or another chunk_size"
            )

    def _check_twins(self) -> None:
        """Check that twins are asked for where settings of factors are drawn."""
        _check_positive(looks_per_state=self.looks_per_state)
        policy = self.chosen_policy
        if self.twins and policy in (RANDOM, AGENT):
            raise ValueError(
                f"{next(iter(self.twins))} is given, but the policy is {policy!r}, which cannot "
                "put the world into one state twice; leave it out, or collect with policy "
                f"{FACTORS!r}"
            )

    def _check_agent(self) -> None:
        """Check that there is an agent exactly when one is to act."""
        policy = self.chosen_policy
        if policy == AGENT:
            if self.agent is None:
                raise ValueError(
                    "policy 'agent' needs the folder of a saved agent; give it as agent"
                )
            check_saved_agent(self.agent)
        elif self.agent is not None:
            raise ValueError(
                f"an agent ({self.agent}) is given, but the policy is {self.policy!r}; "
                "give policy 'agent' to collect what it sees"
            )


def check_saved_agent(agent: Path) -> None:
    """Raise a FileNotFoundError where no agent can be; a store is asked by who loads it."""
    if not is_stored(agent) and not agent.is_dir():
        raise FileNotFoundError(
            f"there is no saved agent at {agent}; train one with darla train-agent"
        )


def _check_positive(**values: int) -> None:
    """Check whole numbers from 1, by their names."""
    for name, value in values.items():
        if value < 1:
            raise ValueError(f"{name} is a whole number from 1, not {value}")


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
