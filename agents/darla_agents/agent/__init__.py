"""What an agent is, and how it lies on disk.

``kinds`` says what agents see; ``algorithms`` how they learn; ``augmentations`` what is done to
pictures that they learn from. ``spec`` describes one agent as data. ``encoders`` loads its encoder,
and ``models`` builds its network. ``saved_agent`` writes and reads all of that, with what it has
learned in ``weights``, and ``acting`` turns what environments show into what it sees, and chooses
actions. ``group_labels`` names groups of agents in tables.
"""
