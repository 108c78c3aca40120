"""From the rows of episodes to statistics, tables and plots."""
