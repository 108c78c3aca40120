"""Agents that people trained in scripts of their own, made into agents of ours.

``zip_file`` reads what Stable-Baselines3 saved, without unpickling; ``network_settings`` finds out
from the weights' names and shapes what network they are of; ``import_agent`` builds it for an
environment, fills it and saves it.
"""
