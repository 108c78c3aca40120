"""Import an agent of a script of your own: a zip file of Stable-Baselines3, never unpickled.

darla import-agent model.zip --env MyEnv-v0 --kind latent --encoder runs/mine/encoder --out mine_0
"""

import os
import shlex
from collections.abc import Sequence

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve other processes

from darla.running.command import run_command
from darla_agents.agent.saved_agent import read_spec
from darla_agents.agent.trusted_modules import trust_words
from darla_agents.importing.import_agent import ImportAgentConfig, import_agent


def main(config: ImportAgentConfig) -> None:
    """Import, and say what can be done now."""
    folder = import_agent(config)
    words = ["--agents", str(folder), *trust_words(read_spec(folder).environment)]
    print(f"agent: {folder}\nplay it: darla evaluate-transfer {shlex.join(words)}")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(ImportAgentConfig, main, __doc__, arguments=arguments, program=program)
