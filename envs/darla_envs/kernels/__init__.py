"""Functions that are compiled to machine code, once, and kept."""
