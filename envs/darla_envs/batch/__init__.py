"""Many environments as one, whoever simulates and draws them: simulated and drawn together.

``worlds`` says what worlds must do. ``batched_envs`` makes a ``batch`` of them in this process,
``worker_envs`` in several; pictures lie in ``frame_slots``, in several processes in
``shared_buffers``, and infos are put together by ``infos``. ``vector_env`` is Gymnasium's face of a
batch.
"""
