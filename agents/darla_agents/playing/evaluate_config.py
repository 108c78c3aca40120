"""Which agents are evaluated, where, and on how many episodes."""

from dataclasses import dataclass
from pathlib import Path

from darla.environments.words import LooksWord
from darla.running.names import lookup
from darla.running.tasks import ClusterWords
from darla_agents.agent.alarm_words import StoppingWords
from darla_agents.playing.row import ACTIONS, MOST_PROBABLE, SAMPLED
from darla_agents.worlds.rendering import BATCHED, check_rendering

_CHOICES = {**{each: (each,) for each in ACTIONS}, "both": ACTIONS}


@dataclass(frozen=True)
class EvaluateTransferConfig(LooksWord, StoppingWords, ClusterWords):
    """Which agents to evaluate, where, and on how many episodes; agents know their environments."""

    agents: tuple[Path, ...] = (Path("runs/agents"),)
    """Folders of agents, or folders that hold several, or URLs of such in a store;
    runs/agents/*/best takes the best models."""
    domains: tuple[str, ...] = ()
    """Domains to play in; the agents' source and every target when not given."""
    episodes: int = 50
    """Episodes for each agent in each domain; always the same ones for a seed."""
    seed: int = 0
    """Decides which episodes are played."""
    out: Path = Path("results/transfer.csv")
    """File that rows are appended to, or its URL in a store; episodes that it holds already are not
    played again."""
    random: bool = True
    """Play the random policy too, which every score is measured against."""
    random_episodes: int | None = None
    """Episodes of the random policy in each domain, at least as many as those of the agents. When
    not given, 200, or as many as those where worlds cannot be simulated many at a time."""
    actions: str | None = None
    """sampled: drawn from the policy, as agents learn; most_probable: the most probable ones; both:
    each in rows of its own. When not given, most_probable."""
    stochastic: bool = False
    """Draw actions from the policy instead of taking the most probable ones: --actions sampled."""
    num_envs: int = 8
    """Environments that are stepped together."""
    workers: int = 1
    """Processes of this machine that play side by side, each with one thread: an agent in a domain
    is a task. On a --cluster there are as many as its nodes have room for."""
    rendering: str = BATCHED
    """batched: worlds simulated and drawn together where possible; stock: drawn by MiniWorld."""
    device: str = "auto"
    """Device of policies and encoders: auto (a GPU when there is one), cpu or cuda."""
    trust: tuple[str, ...] = ()
    """Modules that agents' environments and wrappers may name (module:Id): they are imported, and
    their code runs."""
    progress: bool = True
    """Show a progress bar."""

    def check(self) -> None:
        """Raise a ValueError for a number that is too small, or an unknown rendering."""
        check_rendering(self.rendering)
        for name in ("episodes", "random_episodes", "num_envs", "workers"):
            given = getattr(self, name)
            if given is not None and given < 1:
                raise ValueError(f"{name} is {given}, but must be at least 1")
        if self.seed < 0:
            raise ValueError(f"seed is {self.seed}, but must be at least 0")
        self.chosen_actions()
        self.check_alarm()
        self.check_cluster()

    def chosen_actions(self) -> tuple[str, ...]:
        """Return those of ACTIONS that agents are to act by.

        A ValueError where they are unknown, or where the two options contradict each other.
        """
        if self.stochastic and self.actions not in (None, SAMPLED):
            raise ValueError(
                f"--stochastic is --actions {SAMPLED}, but actions are {self.actions!r}; give one"
            )
        usual = SAMPLED if self.stochastic else MOST_PROBABLE
        return lookup("kind of actions", self.actions or usual, _CHOICES)
