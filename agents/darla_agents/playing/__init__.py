"""Playing episodes without learning.

``evaluate`` finds ``players`` (saved agents, and the ``random_policy``) and lets them play the same
episodes: an ``episode_queue`` plays a list of them in ``played_worlds``, and each becomes one of
``rows``. ``watch`` makes a video instead.
"""
