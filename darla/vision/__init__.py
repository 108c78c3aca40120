"""Training: batches of frames, an objective, and the encoder bundle that comes out.

The way through it: ``config`` says what is wanted (``command_line`` reads it); ``train`` builds the
objective and goes through its stages; ``training_frames`` and ``batches`` bring the frames;
``stage`` is the loop, ``training_step`` one step of it; ``checkpoints`` keeps what is learnt, and
``resuming`` says whether a folder's run goes on; ``log``, ``latent_plots`` and ``verdict`` show
how it goes; ``results`` writes what is left of it.
"""
