"""The worlds that agents act in: everything starts at ``environments.make_vec_env``.

``rendering`` names the two ways to simulate: together (``batched_vec_env``) or one by one, also in
processes of their own (``worker_envs``). ``agent_steps`` repeats actions, scales rewards and stacks
frames; ``augmented_pixels`` changes pictures to learn from.
"""
