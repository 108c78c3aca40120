"""What an agent is: its kind, its description, its model, and how it lies on disk."""
