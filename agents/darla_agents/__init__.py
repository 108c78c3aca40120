"""Agents on the encoder's latents, and what they are compared with: training, playing, comparing.

- ``agent``: what an agent is, and how it lies on disk; its kinds, algorithms and augmentations.
- ``importing``: agents of scripts of one's own, made into such.
- ``worlds``: the environments that agents act in, showing what each kind sees.
- ``playing``: episodes without learning: evaluation in other domains, rows of results, videos.
- ``learning``: training in the source, with evaluations, checkpoints and curves on the way.
- ``comparison``: from rows to statistics, tables and plots; needs neither torch nor worlds.
- ``encoder_evaluation``: what encoders keep of worlds whose true factors are known.
- ``commands``: the commands of ``darla``.

For scripts there is :func:`darla_agents.evaluate_model`, which plays a model of one's own in
environments of one's own; it is imported when first used.
"""

from typing import TYPE_CHECKING, Any

import darla  # noqa: F401  (which prepares the import of Matplotlib)

if TYPE_CHECKING:
    from darla_agents.playing.evaluate_model import evaluate_model

__all__ = ["evaluate_model"]


def __getattr__(name: str) -> Any:
    """Import the public name from its module when it is first asked for."""
    if name != "evaluate_model":
        raise AttributeError(f"module 'darla_agents' has no attribute {name!r}")
    from darla_agents.playing.evaluate_model import evaluate_model

    return evaluate_model
