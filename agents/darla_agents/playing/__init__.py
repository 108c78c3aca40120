"""Playing episodes without learning.

``evaluate`` finds ``players`` (saved agents, and the ``random_policy``) and lets them play the same
episodes: an ``episode_queue`` plays a list of them in ``played_worlds``, and each becomes one of
``rows``. ``evaluate_model`` plays models of scripts of one's own, in ``model_rounds``. ``watch``
makes a video instead.
"""
