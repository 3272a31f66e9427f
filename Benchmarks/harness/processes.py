"""Processes that never outlive the run: their `with` ends them, or the kernel if the runner is killed."""

import ctypes
import os
import select
import signal
import subprocess
import tempfile
import time
from contextlib import ExitStack, suppress

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


class ProcessFailed(Exception):
    """A program ended or stayed silent where it should have answered; the message holds what it wrote."""


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


class Process:
    """A running program, in a process group of its own so that its children can be ended with it.

    With `listen` its output can be read; otherwise it goes where its errors go, so that no full pipe can stop it."""

    def __init__(self, *command, cwd=None, listen=False):
        self.command = [str(part) for part in command]
        self.errors = tempfile.TemporaryFile()
        self.popen = subprocess.Popen(
            self.command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if listen else self.errors,
            stderr=self.errors,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    @property
    def pid(self):
        return self.popen.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def read_line(self, seconds):
        """The next line that the program prints. Only for programs that print a line at a time."""
        ready, _, _ = select.select([self.popen.stdout], [], [], seconds)
        line = self.popen.stdout.readline() if ready else b""
        if not line:
            raise ProcessFailed(f"{self.command[0]} said nothing within {seconds} s. {self.error_text()}")
        return line.decode(errors="replace").strip()

    def error_text(self):
        self.errors.seek(0)
        return self.errors.read()[-2000:].decode(errors="replace").strip()

    def end(self, seconds=5.0):
        """Asks the program to end, and after `seconds` makes it; then whatever is left of its group."""
        with suppress(ProcessLookupError):
            self.popen.terminate()
        if not self._wait_for_exit(seconds):
            self.popen.kill()
            self._wait_for_exit(seconds)
        if self.popen.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)  # not reaped yet, so the number is still ours
        if self.popen.stdout:
            self.popen.stdout.close()
        self.popen.wait()
        self.errors.close()

    def _wait_for_exit(self, seconds):
        """True once the program has exited; it stays unreaped, which keeps its process group's number from reuse."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.popen.returncode is not None:
                return True
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                return True
            time.sleep(0.01)
        return False


class Fleet(ExitStack):
    """Processes that end together, in the reverse order of their start."""

    def start(self, *command, cwd=None, listen=False):
        return self.enter_context(Process(*command, cwd=cwd, listen=listen))


def run_to_end(command, seconds, accept=(0,)):
    """Runs a program and returns what it printed; ProcessFailed when it takes longer or fails."""
    with Process(*command, listen=True) as process:
        try:
            output, _ = process.popen.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise ProcessFailed(f"{process.command[0]} took more than {seconds} s. {process.error_text()}") from None
        if process.popen.returncode not in accept:
            raise ProcessFailed(f"{process.command[0]} exited {process.popen.returncode}. {process.error_text()}")
        return output.decode(errors="replace")


def children_of(pid):
    """The process ids of a process's children, all their descendants included."""
    found = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                found += [int(child) for child in file.read().split()]
    return [descendant for child in found for descendant in [child, *children_of(child)]]


def command_line(pid):
    with suppress(FileNotFoundError, ProcessLookupError):
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return [part.decode(errors="replace") for part in file.read().split(b"\0") if part]
    return []


def resident_bytes(pid):
    """`(resident, proportional)`: a process's pages in memory; the same, shared ones divided by their users."""
    sizes = {}
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        for line in file:
            name, _, rest = line.partition(":")
            if rest.strip().endswith("kB"):
                sizes[name] = int(rest.split()[0]) * 1024
    return sizes["Rss"], sizes["Pss"]


def processor_seconds(pid):
    """User and system time that a process has used so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        user, system = file.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
