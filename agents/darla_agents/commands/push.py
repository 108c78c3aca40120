"""Put an encoder or an agent on the Hugging Face Hub, with a card that says what it is.

    darla push runs/vision/encoder user/my-encoder
    darla push runs/agents/latent user/my-agent --encoder hf://user/my-encoder@COMMIT

Log in before, with: hf auth login
"""

from collections.abc import Sequence

from darla.running.command import run_command
from darla_agents.sharing.push import PushConfig, push_folder


def main(config: PushConfig) -> None:
    """Push, and say under which name others find it."""
    pushed = push_folder(config)
    print(f"files: {', '.join(pushed.files)}\nname:  {pushed.name}")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(PushConfig, main, __doc__, arguments=arguments, program=program)
