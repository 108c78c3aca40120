"""``python -m darla_agents.commands`` is the command ``darla``, where that is not on the path."""

from darla_agents.commands.main import main

if __name__ == "__main__":
    main()
