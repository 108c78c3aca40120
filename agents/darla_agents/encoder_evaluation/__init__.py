"""What an encoder keeps of worlds whose true factors are known."""
