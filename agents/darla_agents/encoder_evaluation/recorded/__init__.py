"""What an encoder keeps of recorded frames, of any environment: ``evaluate`` is the way through.

``frames`` opens datasets and ``factors`` says what is to be read from them; ``domains`` deals
frames into those that probes are trained on and those that they are tested on, in the same looks
and in others. ``recording`` is all that, and what an encoder sees of it. ``measures`` measures it,
``actions``, ``recoloring`` and ``restyling`` where no factor needs to be known; ``report`` writes
tables and numbers, and ``pictures`` draws.
"""
