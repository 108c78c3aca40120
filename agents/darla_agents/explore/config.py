"""What to explore, and where the page is served."""

from dataclasses import dataclass
from pathlib import Path

from darla.environments.words import EnvironmentWords

_LAST_PORT = 65535


@dataclass(frozen=True)
class ExploreConfig(EnvironmentWords):
    """Which encoders to explore, on which frames, and where the page is served."""

    bundles: tuple[Path, ...] = (Path("rooms"),)
    """Folders of encoder bundles, or names of those that come with darla (rooms); several are shown
    side by side."""
    env: str | None = None
    """Environment whose true factors are sliders, and whose domains a menu: an id; module:Id
    imports a module first, and module:function names what makes one that has no id."""
    data: Path | None = None
    """Dataset of darla collect, to look into, and to take frames from."""
    agent: Path | None = None
    """Folder of a trained agent to watch; it knows its environment."""
    trust: tuple[str, ...] = ()
    """Modules that the agent's environment and wrappers may name (module:Id): they are imported,
    and their code runs."""
    port: int = 0
    """Port of 127.0.0.1 to serve the page on; 0 takes a free one."""
    browser: bool = True
    """Open the page in a browser, where there is one."""
    device: str = "auto"
    """Device of the encoders: auto (a GPU when there is one), cpu or cuda."""
    seed: int = 0
    """Decides which frames are drawn or chosen to measure latents on."""

    def check(self) -> None:
        """Raise a ValueError for a number that is out of range, or when no bundle is given."""
        if not self.bundles:
            raise ValueError("no bundle was given; give --bundles runs/vision/encoder")
        if not 0 <= self.port <= _LAST_PORT:
            raise ValueError(f"port is {self.port}; give 0 for a free one, or one up to 65535")
        if self.seed < 0:
            raise ValueError(f"seed is {self.seed}; give a whole number from 0")
        if self.env is None and (self.env_kwargs or self.wrappers):
            raise ValueError("env_kwargs and wrappers describe an environment; give its --env too")
