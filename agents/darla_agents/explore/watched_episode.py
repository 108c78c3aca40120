"""One agent in one environment: what it is shown, what its latents keep of it, and what it does."""

from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from darla.encoder.abilities import can_decode
from darla.encoder.frozen_encoder import ACTIVE_STD, FrozenEncoder
from darla.frames.pictures import PictureEntry, find_picture, resize_frames
from darla.running.names import unknown
from darla_agents.agent.acting import AgentPolicy, load_agent_policy
from darla_agents.agent.encoders import agent_encoder
from darla_agents.explore.messages import Answer, numbers, picture
from darla_agents.explore.opened import Opened
from darla_agents.explore.other_looks import enter_look
from darla_agents.playing.played_worlds import (
    BatchedPlayedWorlds,
    PlayedWorlds,
    make_played_worlds,
)
from darla_agents.playing.players import Player
from darla_agents.worlds.environments import batch_settings
from darla_agents.worlds.rendering import BATCHED
from darla_envs.rooms.room_worlds import RoomWorlds
from darla_envs.suites import suite_of

GONE = "this session is over, since others began; start another"


@dataclass
class _Course:
    """How an episode has gone so far."""

    seed: int
    step: int = 0
    action: Any = None
    reward: float = 0.0
    total: float = 0.0
    done: bool = False
    success: bool | None = None


class WatchedEpisode:
    """An agent that acts; all of it is called from the thread that draws.

    A ValueError where there is no such domain, the agent cannot act there, or it is closed.
    """

    def __init__(
        self,
        player: Player,
        encoder: FrozenEncoder | None,
        domain: str,
        seed: int,
        deterministic: bool,
    ) -> None:
        self._player = player
        self._encoder = encoder
        self._deterministic = deterministic
        self._suite = suite_of(player.environment)
        self._closed = False
        self._begin(domain, seed)

    def shown(self) -> Answer:
        """Return what is seen now, and what the last step led to."""
        self._check_open()
        frame = self._picture.of(self._worlds.observe([0]))[0]
        return {
            "domain": self._domain,
            **asdict(self._course),
            "view": picture(frame),
            **self._kept(frame),
        }

    def act(self, steps: int) -> list[Answer]:
        """Act some times, and return what is seen after each; begins anew after an end."""
        self._check_open()
        course = self._course
        if course.done:
            self._begin_episode(course.seed + 1)
            return [self.shown()]
        found = []
        for _ in range(steps):
            actions = self._policy.act(self._worlds.observe([0]), [0])
            (outcome,) = self._worlds.step([0], actions)
            course.action = numbers(actions[0])
            course.step += 1
            course.reward = outcome.reward
            course.total += outcome.reward
            course.done, course.success = outcome.done, outcome.success
            found.append(self.shown())
            if outcome.done:
                break
        return found

    def change_look(self, domain: str, seed: int) -> str:
        """Go on in the look of a domain, and say how; the state is kept where that is possible."""
        self._check_open()
        if not self._suite.has_domain(domain):
            raise unknown("domain", domain, self._suite.domains())
        if self._rooms is not None and not self._course.done:
            enter_look(self._rooms, domain, seed)
            self._domain = domain
            return "the episode goes on, in a look of this domain"
        self._stack.close()
        self._begin(domain, self._course.seed)
        return "a new episode began: this environment takes another look only at its start"

    def close(self) -> None:
        """Close the environment."""
        self._closed = True
        self._stack.close()

    def _check_open(self) -> None:
        """Raise a ValueError once it is closed."""
        if self._closed:
            raise ValueError(GONE)

    def _begin(self, domain: str, seed: int) -> None:
        """Make the environment in a domain, load the policy, and begin an episode."""
        if not self._suite.has_domain(domain):
            raise unknown("domain", domain, self._suite.domains())
        self._stack = ExitStack()
        self._domain = domain
        self._rooms: RoomWorlds | None = None
        self._worlds: PlayedWorlds = self._made(domain)
        how = self._player.interaction
        assert self._player.folder is not None  # of all that are found
        self._policy: AgentPolicy = load_agent_policy(
            self._player.folder,
            self._worlds.observation_space,
            deterministic=self._deterministic,
            actions=self._worlds.action_space,
        )
        self._picture: PictureEntry = find_picture(self._worlds.observation_space, how.key)
        self._begin_episode(seed)

    def _made(self, domain: str) -> PlayedWorlds:
        """Return one environment; of rooms the worlds themselves are kept, to change their look."""
        how, observing = self._player.interaction, self._player.observation
        if observing is not None and self._suite.can_batch(observing):
            worlds = self._suite.worlds(
                1, domain, observing=observing, num_threads=1, **batch_settings(how)
            )
            self._stack.enter_context(closing(worlds))
            self._rooms = worlds if isinstance(worlds, RoomWorlds) else None
            return BatchedPlayedWorlds(worlds)
        made = make_played_worlds(
            self._player.environment, observing, [domain], 1, BATCHED, 1, interaction=how
        )
        return self._stack.enter_context(made)[domain]

    def _begin_episode(self, seed: int) -> None:
        """Begin the episode of a seed."""
        self._worlds.reset([0], [seed])
        self._policy.begin(0, seed)
        self._course = _Course(seed)

    def _kept(self, frame: np.ndarray) -> dict[str, Any]:
        """Return what the encoder keeps of a frame, and what of that the agent sees."""
        encoder, spec = self._encoder, self._player.spec
        if encoder is None or spec is None:
            return {"kept": None, "seen": None, "latents": []}
        latents = encoder.encode(resize_frames(frame[None], encoder.image_shape[:2]))
        statistics = encoder.statistics
        masked = list(spec.latent_options.masked) if spec.traits.sees_latents else []
        hidden = latents.copy()
        hidden[:, masked] = statistics.mean[masked]
        scaled = (latents[0] - statistics.mean) / np.maximum(statistics.std, ACTIVE_STD)
        draws = can_decode(encoder)
        return {
            "kept": picture(encoder.decode(latents)[0]) if draws else None,
            "seen": picture(encoder.decode(hidden)[0]) if draws and masked else None,
            "latents": numbers(scaled),
            "masked": masked,
        }


def watched_with(opened: Opened) -> tuple[Player, FrozenEncoder | None]:
    """Return the agent, and its encoder, or the first bundle for an agent that has none.

    A ValueError where no agent was given.
    """
    player = opened.player
    if player is None or player.spec is None:
        raise ValueError("no agent was given; start again with --agent FOLDER")
    spec = player.spec
    own = opened.once("encoder of the agent", lambda: agent_encoder(spec))
    return player, own or opened.encoders[0].encoder
