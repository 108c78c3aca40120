"""Agents on the encoder's latents, and what they are compared with: training, playing, comparing.

- ``agent``: what an agent is, and how it lies on disk; its kinds, algorithms and augmentations.
- ``worlds``: the environments that agents act in, showing what each kind sees.
- ``playing``: episodes without learning: evaluation in other domains, rows of results, videos.
- ``learning``: training in the source, with evaluations, checkpoints and curves on the way.
- ``comparison``: from rows to statistics, tables and plots; needs neither torch nor worlds.
- ``encoder_evaluation``: what encoders keep of worlds whose true factors are known.
- ``commands``: the commands of ``darla``.
"""

import darla  # noqa: F401  (which prepares the import of Matplotlib)
