"""Searching settings of ``darla train-vision`` and ``darla train-agent`` with Optuna.

``sweep`` is the way through. ``sweep_file`` reads what a user says: ``space`` holds what is
searched, ``stage_settings`` makes the commands' own configurations of it, and ``measures`` says
what is good, in domains that ``validation_domains`` has checked to be no targets. ``trial`` trains
and measures once; ``study`` asks Optuna for trials, whose ``journal`` outlives kills. ``report``
writes tables, with each setting's ``importance``, ``plots`` draws, and ``command_lines`` says how
to train the best again.

``optuna_library`` alone imports Optuna.
"""
