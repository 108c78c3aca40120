"""Kills, full disks, rivals, damaged files and wrong command lines: what ``torture.py`` tries."""
