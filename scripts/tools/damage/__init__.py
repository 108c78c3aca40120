"""Kills, damaged files and wrong command lines: what ``torture.py`` tries."""
