"""The tasks, one file each: a room, its objects, what touching them means, and its domains.

Each file describes one :class:`darla_envs.description.tasks.Task` as data, and its line in
:data:`darla_envs.description.tasks.TASKS` registers it. All that simulates, draws, batches,
collects and evaluates reads the same description. To add one from elsewhere, call
:func:`darla_envs.register_task`, or name it as an entry point of the group ``darla.tasks``.
"""
