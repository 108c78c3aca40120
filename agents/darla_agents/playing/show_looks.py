"""Show what the domains of an environment look like, or what each shift of the look does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from darla.collection.frame_source import FrameSource
from darla.environments.look_sheet import SheetRow, write_look_sheet
from darla.environments.looks import Look, Looks
from darla.environments.making import Environment, make_environment, register
from darla.environments.restyling.masks import mask_of
from darla.environments.restyling.registry import SHIFTS
from darla.environments.restyling.restyling import Restyling
from darla.environments.words import EnvironmentWords
from darla.running.names import unknown
from darla.running.seeds import derive_seed
from darla_envs import GO_TO_OBJECT
from darla_envs.suites import suite_of

_STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
_IMPORTS = ("darla_envs", "darla_envs.stock")


@dataclass(frozen=True)
class ShowLooksConfig(EnvironmentWords):
    """Which environment to show, and in which looks; ``standard`` where it has no domains."""

    env: str = GO_TO_OBJECT
    """Id of the Gymnasium environment; ``module:Id`` imports a module first, of the current folder
    too, and ``module:function`` names what makes an environment that has no id."""
    domains: tuple[str, ...] = ()
    """Domains to show, a row each; by default all."""
    shifts: tuple[str, ...] | None = None
    """Show what shifts of the look do, by themselves, at strengths from 0 to 1 in place of domains:
    those named, or all where none is. Each episode draws what they leave to chance."""
    out: Path = Path("runs/looks.png")
    """File of the sheet, a PNG."""
    episodes: int = 3
    """Episodes of each domain, or shift: the same ones in each."""
    frames: int = 2
    """Frames of each episode, for domains."""
    every: int = 20
    """Steps before each frame; actions are random."""
    side: int = 96
    """Longer side of each picture in the sheet, in pixels."""
    key: str | None = None
    """The entry of a Dict observation that is the picture; needed when there are several."""
    seed: int = 0
    """Of episodes and actions."""

    def check(self) -> None:
        """Raise a ValueError for a number that is out of range, or looks that are not shown."""
        for name, least in (("episodes", 1), ("frames", 1), ("every", 0), ("side", 8), ("seed", 0)):
            if getattr(self, name) < least:
                raise ValueError(
                    f"{name} is {getattr(self, name)}; give a whole number from {least}"
                )
        if self.shifts is not None and (self.looks is not None or self.domains):
            raise ValueError(
                "shifts are shown by themselves, without domains; leave out --shifts, or --looks "
                "and --domains"
            )


def show_looks(config: ShowLooksConfig) -> Path:
    """Play an environment in its looks, and write a sheet of pictures.

    Raises:
        ValueError: the environment cannot be made or shows no pictures, looks cannot be read, a
            domain or a shift is unknown, or a number is out of range.
    """
    config.check()
    config = config.with_looks_read()
    if config.shifts is not None:
        titles = [f"{strength:g}" for strength in _STRENGTHS]
        write_look_sheet(_rows_of_shifts(config), config.out, config.side, titles)
        return config.out
    looks = _looks_of(config)
    names = config.domains or tuple(looks.domains)
    for name in names:
        if name not in looks.domains:
            raise unknown("domain", name, looks.domains)
    rows = [_row_of_domain(config, looks, name) for name in names]
    write_look_sheet(rows, config.out, config.side)
    return config.out


def _looks_of(config: ShowLooksConfig) -> Looks:
    """Return the looks that are asked for, or that the environment has."""
    environment = config.environment_of(config.env)
    if environment.looks is not None:
        return environment.looks
    register(environment, _IMPORTS)
    suite = suite_of(environment)
    if len(suite.domains()) < 2:
        return Looks.standard()
    domains = {name: Look(env_kwargs=suite.domain_kwargs(name)) for name in suite.domains()}
    return Looks(domains, suite.sources()[0], suite.unsupervised, tuple(suite.targets()))


def _row_of_domain(config: ShowLooksConfig, looks: Looks, name: str) -> SheetRow:
    """Return pictures of several episodes in one domain."""
    look = looks.domains[name]
    env = _make(config, look)
    try:
        groups = [
            [picture for picture, _ in _play(env, config, episode)]
            for episode in range(config.episodes)
        ]
    finally:
        env.close()
    return SheetRow(_title(name, looks), groups)


def _title(name: str, looks: Looks) -> str:
    """Return what a domain is called, is for, and does to pictures."""
    roles = {looks.source: "source", looks.unsupervised: "unsupervised"}
    shifts = [f"{each} {_shown(value)}" for each, value in looks.domains[name].restyle.items()]
    said = ", ".join([roles[name], *shifts] if name in roles else shifts)
    if said.startswith(name):  # a domain that is called as its shift or its role is
        return said
    return f"{name}: {said}" if said else name


def _shown(strength: float | tuple[float, float]) -> str:
    """Return a strength, or a range of it, for a title."""
    if isinstance(strength, tuple):
        return f"{strength[0]:g}-{strength[1]:g}"
    return f"{strength:g}"


def _make(config: ShowLooksConfig, look: Look) -> Environment:
    """Make the environment in a look."""
    environment = config.environment_of(config.env)
    return make_environment(environment, look, imports=_IMPORTS, key=config.key)


def _play(
    env: Environment, config: ShowLooksConfig, episode: int
) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    """Yield pictures of an episode, and masks of their background where these are told."""
    source = FrameSource(env, (config.side, config.side), config.key)
    seed = derive_seed(config.seed, episode)
    env.action_space.seed(seed)
    observation, info = env.reset(seed=seed)
    over = False
    for _ in range(config.frames):
        for _ in range(config.every):
            if over:
                break  # the last picture is shown again
            observation, _, terminated, truncated, info = env.step(env.action_space.sample())
            over = terminated or truncated
        yield source.picture(observation), mask_of(observation, info)


def _rows_of_shifts(config: ShowLooksConfig) -> list[SheetRow]:
    """Return what shifts make of a picture of each episode."""
    for name in config.shifts or ():
        if name not in SHIFTS:
            raise unknown("shift", name, SHIFTS)
    env = _make(config, Look())
    try:
        shown = [next(_play(env, config, episode)) for episode in range(config.episodes)]
    finally:
        env.close()
    return [_row_of_shift(name, shown, config) for name in config.shifts or SHIFTS]


def _row_of_shift(
    name: str, shown: Sequence[tuple[np.ndarray, np.ndarray | None]], config: ShowLooksConfig
) -> SheetRow:
    """Return the pictures of a shift, from no strength to all of it."""
    shift = SHIFTS[name]
    if shift.needs_mask and any(mask is None for _, mask in shown):
        return SheetRow(f"{name}: {shift.help} (this environment tells none)", [])
    groups = []
    for episode, (picture, mask) in enumerate(shown):
        masks = None if mask is None else mask[None]
        restylings = [Restyling({name: strength}, episode) for strength in _STRENGTHS]
        step = np.array([config.every])
        groups.append([restyling(picture[None], step, masks)[0] for restyling in restylings])
    return SheetRow(f"{name}: {shift.help}", groups)
