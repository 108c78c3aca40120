"""A toy of what works in workers, in a module of its own: they import it, and nothing of tests."""

import os


class ToyServer:
    """Does what it is asked for; ``name`` is how it was made."""

    def __init__(self, name, pipe):
        if name == "broken":
            raise ZeroDivisionError("no such toy")
        self.name, self.pipe = name, pipe

    def say(self, *words):
        return (self.name, *words)

    def count(self, end):
        for number in range(end):
            self.pipe.send(number)
        return "end"

    def fail(self, error):
        raise error

    def answer_what_cannot_be_sent(self):
        return lambda: None

    def variable(self, name):
        return os.environ[name]

    def die(self, code):
        os._exit(code)

    def close(self):
        pass
