"""From the rows of episodes to statistics, tables and plots: ``compare`` is the way through.

Rows become ``scores`` of groups of agents, and these a ``summary`` with ``statistics`` and
``estimates``, ``profiles`` and ``gap``; ``report`` writes it in Markdown, and ``plots`` draws
it. ``curves`` reads what runs returned while they learned, and ``curve_plot`` draws that.
"""
