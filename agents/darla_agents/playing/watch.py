"""Watch an agent: what it is shown, and what its encoder keeps of that, side by side as a video."""

import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from darla.encoder.bundle import load_encoder
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.remembered import encode_sequence, remembers
from darla.environments.words import LooksWord
from darla.frames.pictures import find_picture, resize_frames
from darla.running.atomic import write_bytes
from darla_agents.agent.acting import load_agent_policy
from darla_agents.agent.alarm_words import StoppingWords
from darla_agents.agent.encoders import agent_encoder
from darla_agents.playing.alarm_watch import AlarmCount
from darla_agents.playing.played_worlds import make_played_worlds
from darla_agents.playing.players import Player, find_player
from darla_agents.worlds.rendering import BATCHED
from darla_envs.suites import suite_of

_GAP, _TITLE, _BACKGROUND = 4, 18, 255
_ALARM = (255, 0, 0)
_COLORS = 64  # of a picture; more make a larger file


@dataclass(frozen=True)
class WatchConfig(LooksWord, StoppingWords):
    """Which agent to watch, and where; it knows its environment."""

    agent: Path
    """Folder of a trained agent."""
    domains: tuple[str, ...] = ()
    """Domains to watch it in, a row of the video each; its source and its first target when not
    given."""
    steps: int = 240
    """Steps to watch; episodes that end are followed by others."""
    out: Path = Path("runs/watch.gif")
    """File of the video, an animated GIF."""
    encoder: Path | None = None
    """Encoder whose reconstructions are shown beside an agent that has none itself."""
    seed: int = 0
    """Of episodes and actions."""
    deterministic: bool = False
    """Take the most probable actions instead of drawing them."""
    trust: tuple[str, ...] = ()
    """Modules that the agent's environment and wrappers may name (module:Id): they are imported,
    and their code runs."""
    scale: int = 3
    """How large a pixel is drawn."""
    fps: int = 15
    """Steps in a second."""

    def check(self) -> None:
        """Raise a ValueError for a number that is out of range."""
        for name in ("steps", "scale", "fps"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; give a whole number from 1")
        if self.scale > 32:
            raise ValueError(f"scale is {self.scale}; give a whole number from 1 to 32")
        if self.out.suffix.lower() != ".gif":
            raise ValueError(f"out is {self.out}; a video is a GIF, so give a path ending in .gif")
        self.check_alarm()


def watch(config: WatchConfig) -> Path:
    """Record an agent in each domain, and write the video.

    Raises:
        FileNotFoundError: there is no agent, or no encoder.
        ValueError: the agent sees no pictures, a domain is unknown, or a number is out of range.
    """
    config.check()
    found = find_player(config.agent, config.deterministic, config.trust)
    player = found.in_looks(config.read_looks())
    spec = player.spec
    assert spec is not None  # of all that are found
    if spec.traits.sees_factors:
        raise ValueError(f"the agent in {config.agent} sees true factors, not pictures")
    encoder = agent_encoder(spec) if config.encoder is None else load_encoder(config.encoder)
    domains = config.domains or [spec.domain, *suite_of(player.environment).targets()[:1]]
    recorded = {domain: _record(player, domain, config) for domain in domains}
    masked = spec.latent_options.masked if spec.traits.sees_latents else ()  # of its own encoder
    panels = {domain: _panels(shown, encoder, masked) for domain, shown in recorded.items()}
    write_bytes(config.out, _gif(_lay_out(panels, config), config.fps))
    return config.out


@dataclass(frozen=True)
class _Shown:
    """What an agent is shown, and what it does."""

    frames: np.ndarray
    """uint8 (steps, H, W, 3)."""
    actions: np.ndarray
    """(steps, ...), what led to each frame; of no meaning where an episode starts."""
    starts: np.ndarray
    """bool (steps,), which frames are the first of an episode."""
    raised: np.ndarray
    """bool (steps,), at which frames the alarm was raised."""


def _record(player: Player, domain: str, config: WatchConfig) -> _Shown:
    """Return what the agent is shown in the worlds that it is evaluated in."""
    assert player.folder is not None  # of all that are found
    where, observing, how = player.environment, player.observation, player.interaction
    with make_played_worlds(where, observing, [domain], 1, BATCHED, interaction=how) as played:
        worlds = played[domain]
        policy = load_agent_policy(
            player.folder,
            worlds.observation_space,
            deterministic=config.deterministic,
            actions=worlds.action_space,
            alarm=config,
        )
        picture = find_picture(worlds.observation_space, how.key)
        none, rows = np.zeros_like(worlds.action_space.sample()), []
        for seed in itertools.count(config.seed):
            worlds.reset([0], [seed])
            policy.begin(0, seed)
            led: np.ndarray | None = None
            done, count = False, AlarmCount()
            while not done:
                observations = worlds.observe([0])
                frame = picture.of(observations)[0].copy()
                acted = policy.act(observations, [0])
                raised = policy.alarm is not None and bool(policy.alarm.raised[0])
                rows.append((frame, none if led is None else led, led is None, raised))
                if len(rows) == config.steps:
                    return _Shown(*(np.stack(column) for column in zip(*rows, strict=True)))
                count.look(raised)
                (led,) = acted
                done = count.ends(config.stop_after) or worlds.step([0], acted)[0].done
    raise AssertionError("there are always further seeds")


def _panels(
    shown: _Shown, encoder: FrozenEncoder | None, masked: Sequence[int]
) -> dict[str, np.ndarray]:
    """Return the videos that are shown in the row of a domain, by their titles.

    What an agent is shown has a red edge where its alarm is raised.
    """
    edged = shown.frames.copy()
    for edge in (np.s_[:, 0], np.s_[:, -1], np.s_[:, :, 0], np.s_[:, :, -1]):
        edged[edge][shown.raised] = _ALARM
    row = {"shown": edged}
    if encoder is None:
        return row
    sized = resize_frames(shown.frames, encoder.image_shape[:2])
    if remembers(encoder):
        latents = encode_sequence(encoder, sized, shown.actions, shown.starts)
    else:
        latents = encoder.encode(sized)
    row["kept by the encoder"] = encoder.decode(latents)
    if len(masked):
        hidden = latents.copy()
        hidden[:, list(masked)] = encoder.statistics.mean[list(masked)]
        row["seen by the agent"] = encoder.decode(hidden)
    return row


def _lay_out(
    panels: Mapping[str, dict[str, np.ndarray]], config: WatchConfig
) -> Iterator[np.ndarray]:
    """Yield the video's pictures, uint8 (height, width, 3), with a row for each domain."""
    rows = [*panels.values()]
    font = ImageFont.load_default(size=12)
    scale = config.scale
    videos = [[video.repeat(scale, 1).repeat(scale, 2) for video in row.values()] for row in rows]
    sizes = [video.shape[1:3] for row in videos for video in row]
    height, width = (max(sides) for sides in zip(*sizes, strict=True))
    size = (
        max(map(len, rows)) * (width + _GAP) + _GAP,
        len(rows) * (height + _TITLE + _GAP),
    )
    blank = Image.new("RGB", size, (_BACKGROUND,) * 3)
    draw = ImageDraw.Draw(blank)
    for number, (domain, row) in enumerate(panels.items()):
        for column, title in enumerate(row):
            place = (_GAP + column * (width + _GAP), number * (height + _TITLE + _GAP) + 1)
            draw.text(place, domain if column == 0 else title, fill=0, font=font)
    for step in range(config.steps):
        picture = np.asarray(blank).copy()
        for number, row_videos in enumerate(videos):
            top = number * (height + _TITLE + _GAP) + _TITLE
            for column, video in enumerate(row_videos):
                left = _GAP + column * (width + _GAP)
                picture[top : top + video.shape[1], left : left + video.shape[2]] = video[step]
        yield picture


def _gif(pictures: Iterator[np.ndarray], fps: int) -> bytes:
    """Return an animated GIF that is repeated for ever; each picture has colours of its own."""
    first, *others = [
        Image.fromarray(picture).quantize(_COLORS, dither=Image.Dither.NONE) for picture in pictures
    ]
    buffer = io.BytesIO()
    first.save(
        buffer,
        format="GIF",
        save_all=True,
        append_images=others,
        duration=round(1000 / fps),
        loop=0,
    )
    return buffer.getvalue()
