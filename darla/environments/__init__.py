"""Which environment is meant, said in words that can be recorded; how it may look; and making it.

``spec`` holds the words: what is made (an id, ``module:Id`` or ``module:function``), with which
arguments, in which wrappers (``wrapper_calls``), in which named domains. ``looks`` says what those
are, a :class:`~darla.environments.looks.Look` each: further arguments, options of its resets,
wrappers, and shifts of pictures, which are in ``restyling`` and put around an environment by
``restyled_pictures``; ``look_sheet`` draws them. ``making`` makes one environment of all that,
``vectors`` many of an id that offers it. Whatever is made shows pictures (``rendered_pictures``;
``cropped_pictures`` are a part of them) and is refused when it misbehaves (``checked_steps``).
``words`` are the options by which commands take an environment.
"""
