"""The encoder: its networks, the frozen encoder that agents see with, and its bundle on disk.

``networks`` are trained (``likelihoods`` compares what they decode); ``bundle`` saves them and
loads them as a ``frozen_encoder``, from a folder or by the name of one of ``shipped_encoders``;
``latent_pictures`` shows what each latent means.
"""
