"""Training one agent: ``train`` is the way through.

``config`` holds what a user says, and ``resolve_spec`` makes the agent's final description of it,
with what ``still_latents`` finds out about its encoder. ``run_folder`` says what lies where, and
``evaluation`` where it is evaluated, and how; ``callbacks`` do that, save and show progress, and
``tensorboard_layout`` names curves.
"""
