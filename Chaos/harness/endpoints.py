"""Endpoints of the run's own."""

import socket
from pathlib import Path
from random import SystemRandom


def endpoint(transport, directory, name):
    return f"ipc://{directory}/{name}" if transport == "ipc" else f"tcp://127.0.0.1:{_free_port()}"


def _free_port():
    """A free port below those that the kernel gives to connections.

    While a broker is dead, everybody tries to connect to its port: within that range a connection sooner or later
    gets the very port for its own end, meets itself, and keeps the broker from coming back."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for _ in range(100):
        port = SystemRandom().randrange(lowest // 2, lowest)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port from {lowest // 2} to {lowest}")
