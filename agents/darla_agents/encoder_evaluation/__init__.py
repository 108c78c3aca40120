"""What an encoder keeps: of worlds whose true factors are known, or of recorded frames.

``evaluate`` is the way through; what was recorded, of anything, it leaves to ``recorded``. Of
a task ``rooms`` draws labelled frames, whose labels ``probe_targets`` defines; ``measures`` and
``interventions`` measure on them, ``report`` writes tables and numbers, and ``pictures`` draws.
``bundles`` and ``results`` are what both have in common.
"""
