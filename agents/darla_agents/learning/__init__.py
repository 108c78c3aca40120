"""Learning to act in the source, from the configuration to a saved agent."""
