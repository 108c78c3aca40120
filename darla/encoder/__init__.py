"""The encoder: its networks, the frozen encoder that agents see with, and its bundle on disk."""
