"""What figures were measured on."""

import ctypes
import ctypes.util
import os
import platform
import resource
import subprocess
import time
from datetime import date

from .paths import ROOT


def describe():
    return {
        "date": date.today().isoformat(),
        "commit": _commit(),
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": f"{platform.system()} {platform.release().partition('-')[0]}",
        "libzmq": _libzmq(),
    }


def text(machine):
    return (
        f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gib']} GiB, {machine['kernel']}, "
        f"libzmq {machine['libzmq']}; {machine['date']}, commit {machine['commit']}"
    )


class Intruders:
    """How much of the machine's processor time others took, from here on: what makes figures doubtful.

    All that the runner started must have ended when it is asked, since a process's time is told to its parent then."""

    def __init__(self):
        self._start = self._state()

    def share(self):
        """From 0 to 1, of all cores."""
        elapsed, busy, own = (now - then for now, then in zip(self._state(), self._start))
        return max(0.0, busy - own) / (elapsed * os.cpu_count())

    @staticmethod
    def _state():
        """Seconds: the clock, the time that all processes used, what hosts of other machines took included, and the time
        that the runner's own used."""
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _, _, interrupts, soft_interrupts, stolen, *_ = map(int, file.readline().split()[1:])
        busy = (user + nice + system + interrupts + soft_interrupts + stolen) / os.sysconf("SC_CLK_TCK")
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return time.monotonic(), busy, sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _commit():
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=10", "--exclude=*"]
    result = subprocess.run(command, capture_output=True, text=True)
    return result.stdout.strip() or "unknown"


def _processor():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _libzmq():
    numbers = [ctypes.c_int() for _ in range(3)]
    try:
        ctypes.CDLL(ctypes.util.find_library("zmq") or "libzmq.so.5").zmq_version(*map(ctypes.byref, numbers))
    except OSError:
        return "unknown"
    return ".".join(str(number.value) for number in numbers)
