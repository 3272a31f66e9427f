"""Hosts on networks of their own, whose links can be cut: network namespaces joined by bridges.

A namespace lives as long as the process that holds it, and takes its links with it. So nothing is left of a network
once its programs have ended, however the run ends, and no name can clash with another's.
"""

import os
import shutil
import subprocess

from .processes import Program, ProgramFailed, wait_until

TOOLS = ("ip", "bridge", "nsenter", "unshare")
DISABLED, FORWARDING = 0, 3  # states of a bridge's port


def reason_to_skip():
    """Why there can be no networks here; None when there can."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        return f"{' and '.join(missing)} missing; install Debian's iproute2 and util-linux"
    trial = subprocess.run(
        ["unshare", "--net", "ip", "link", "add", "trial", "type", "bridge"], capture_output=True, text=True)
    return f"network namespaces are not allowed here ({trial.stderr.strip()}); root may" if trial.returncode else None


class Host:
    """A namespace. `enter` before a command runs it there."""

    def __init__(self, holder):
        self.pid = holder.process.pid
        self.enter = ("nsenter", "--net", "--target", str(self.pid))
        wait_until(self._is_there, 10, f"the namespace of {holder.name}")
        self.run("ip", "link", "set", "lo", "up")

    def _is_there(self):
        return os.readlink(f"/proc/{self.pid}/ns/net") != os.readlink("/proc/self/ns/net")

    def run(self, *command):
        done = subprocess.run([*self.enter, *command], capture_output=True, text=True)
        if done.returncode:
            raise ProgramFailed(f"{' '.join(command)}: {done.stderr.strip()}")


class Link:
    """One end at a host, the other in a port of a bridge."""

    def __init__(self, host, device, switch, port):
        self.host, self.device, self.switch, self.port = host, device, switch, port

    def take_down(self):
        """As pulling the cable: the host sees it, its connections hear nothing."""
        self.host.run("ip", "link", "set", self.device, "down")

    def bring_up(self):
        self.host.run("ip", "link", "set", self.device, "up")

    def silence(self):
        """As a switch that forgets its port: everything looks well, and no packet comes through either way."""
        self._set_port(DISABLED)

    def restore(self):
        self._set_port(FORWARDING)

    def _set_port(self, state):
        self.switch.run("bridge", "link", "set", "dev", self.port, "state", str(state))


class Network:
    """Hosts, and a switch with a bridge for each subnet."""

    def __init__(self, programs, directory):
        self._programs = programs
        self._directory = directory
        self._subnets = []
        self._links = 0
        self._switch = self.host("switch")

    def host(self, name):
        holder = Program(f"host of {name}", ["unshare", "--net", "sleep", "infinity"], self._directory)
        return Host(self._programs.add(holder).start())

    def subnet(self, name):
        self._switch.run("ip", "link", "add", name, "type", "bridge")
        self._switch.run("ip", "link", "set", name, "up")
        self._subnets.append(name)

    def connect(self, host, subnet):
        """The link, and the host's address in the subnet."""
        self._links += 1
        port, address = f"port{self._links}", f"10.77.{self._subnets.index(subnet)}.{self._links}"
        self._switch.run("ip", "link", "add", port, "type", "veth", "peer", "name", subnet, "netns", str(host.pid))
        self._switch.run("ip", "link", "set", port, "master", subnet, "up")
        host.run("ip", "address", "add", f"{address}/24", "dev", subnet)
        host.run("ip", "link", "set", subnet, "up")
        return Link(host, subnet, self._switch, port), address
