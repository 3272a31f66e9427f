"""What figures were measured on."""

import ctypes
import ctypes.util
import os
import platform
import subprocess
from datetime import date

from .paths import ROOT


def describe():
    return {
        "date": date.today().isoformat(),
        "commit": _commit(),
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": f"{platform.system()} {platform.release()}",
        "libzmq": _libzmq(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def text(machine):
    return (
        f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gib']} GiB, {machine['kernel']}, "
        f"libzmq {machine['libzmq']}; {machine['date']}, commit {machine['commit']}, "
        f"load average before the run {machine['load_before']}"
    )


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
