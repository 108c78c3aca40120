"""DeepMind Control's tasks, seen as pictures: ``pip install 'darla[dmc]'``.

What the tasks are and how they look, :mod:`darla_envs.description.dmc_tasks` and
:mod:`darla_envs.description.dmc_domains` say. Here dm_control simulates them, and MuJoCo draws them
in another look without being compiled again: ``models`` makes the model, ``paint`` gives it colours
and light, ``cameras`` looks at it, ``states`` puts it into states; ``world`` is the environment.
"""
