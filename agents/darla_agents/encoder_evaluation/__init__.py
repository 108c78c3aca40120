"""What an encoder keeps of worlds whose true factors are known: ``evaluate`` is the way through.

``rooms`` draws labelled frames, whose labels ``probe_targets`` defines; ``measures`` and
``interventions`` measure on them, ``report`` writes tables and numbers, and ``pictures`` draws.
"""
