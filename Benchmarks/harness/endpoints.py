"""Endpoints that are free: a loopback port or a socket file of the run's own."""

import itertools
import socket

TRANSPORTS = ("tcp", "ipc")


class Endpoints:
    def __init__(self, directory):
        self._directory = directory
        self._numbers = itertools.count(1)

    def free(self, transport):
        if transport == "ipc":
            return f"ipc://{self._directory}/{next(self._numbers)}"
        return f"tcp://127.0.0.1:{_free_port()}"


def _free_port():
    """A port that the kernel just called free. Nobody else is given it at once, since the kernel takes turns."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
