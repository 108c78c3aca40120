"""Frames from any Gymnasium environment, single or in batches, into a dataset.

``config`` says what to collect. ``collect`` hands chunks out to worker processes, in each of which
a ``chunk_server`` makes them: by ``batched_chunks`` in many environments at once
(``darla.environments.vectors``), or by ``chunk_maker`` in one (``frame_source``). Where frames come
from, settings of factors or acting, is in ``rollouts``; ``reported_factors`` reads the true
factors.
"""
