"""A page in the browser for playing with encoders: ``darla explore``.

What is given on the command line is opened once (``opened``); a server of the standard library
(``server``) serves one page and answers its questions (``routes``), a file for each of its tabs:
``traverse``, ``world``, ``uses``, ``watch`` and ``data``. The page holds its own state and sends
what is needed with each question, so that two tabs of a browser do not disturb each other; only
agents that act have a session here, by a number of its own.
"""

from darla_agents.explore.config import ExploreConfig
from darla_agents.explore.explore import Explorer, open_explorer

__all__ = ["ExploreConfig", "Explorer", "open_explorer"]
