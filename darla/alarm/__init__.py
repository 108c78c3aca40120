"""Alarms: how far a frame lies from what an encoder has seen, and when that is too far.

``scores`` are the numbers, ``latent_density`` what one of them compares latents with, and
``calibration`` what is usual of all of them, with the JSON file that keeps it. All are of frames of
the encoder's size and of posteriors that are there already: who encodes frames anyway, as wrappers
do, can ask without encoding them again. ``darla.uses`` calibrates, and asks of whole datasets.
"""
