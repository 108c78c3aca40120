"""What worlds are, as data: factors, domains, tasks, palettes, shapes. NumPy alone.

The way through it: ``factors`` and ``domain`` say what a cause of the picture is and where its
values come from; ``tasks`` what a task is, with ``layout``, ``palettes``, ``shapes`` and ``view``;
``surroundings`` checks what a domain shifts beside factors.
``usual_domains`` are those of tasks, ``look_ranges`` those of MiniWorld's environments; both are
``named_domains`` (``room_domains``, ``miniworld_domains``), which ``domains`` finds by id.
"""
