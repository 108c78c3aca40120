"""What every command and every long computation needs; it imports nothing else of ours.

A command (``command``, ``progress``) reads its settings, takes its folder for itself
(``exclusive``), asks whether what lies there may go on (``continuing``), notes what it does
(``run_record``, ``atomic``, ``plain_json``, ``step_folders``), works in processes (``worker_pool``
and ``worker_process``; ``children`` for other commands) or gives ``tasks`` to these and to a
cluster (``ray_tasks``), with seeds for each purpose (``seeds``) on a ``device`` in a ``precision``,
and says what it found (``markdown``) or what is wrong (``names``).
A ``registry`` holds what people can add, and ``extras`` imports what not everybody has installed.
"""
