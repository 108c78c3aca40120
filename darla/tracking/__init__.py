"""What a training logs: TensorBoard's events, and a tracker that is sent the same.

All of it goes through ``run_writer``. What is logged at one step is gathered into a row and sent
(``sent_rows``) to a run of the tracker; ``trackers`` knows which trackers there are, and
``wandb_sink``, ``mlflow_sink`` and ``trackio_sink`` speak to one library each. ``tracked_run`` says
what they have in common.
"""
