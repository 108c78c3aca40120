"""Encoders and agents given to others and taken from them, by the Hugging Face Hub."""
