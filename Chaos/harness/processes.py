"""Programs that are started, signalled, and started again, and never outlive the run."""

import ctypes
import os
import signal
import subprocess
import time
from contextlib import ExitStack

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1

# What programs get of the run's own environment: SIBYL_ variables of the user's must not change what is tested.
_PASSED_ON = ("PATH", "LD_PRELOAD", "ASAN_OPTIONS", "TSAN_OPTIONS", "SWIFT_BACKTRACE")


class ProgramFailed(Exception):
    """A program did not do what the run needs; the message holds the end of its log."""


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


class Program:
    """A command that may run several times, one process at a time; what it prints is appended to a log file.

    Only the thread that runs the harness may start one: the kernel ends the process with that very thread."""

    def __init__(self, name, command, directory, environment=None):
        self.name = name
        self.command = [str(part) for part in command]
        self.directory = directory
        self.log = directory / f"{name.replace(' ', '-')}.log"
        passed_on = {variable: os.environ[variable] for variable in _PASSED_ON if variable in os.environ}
        self.environment = passed_on | (environment or {})
        self.process = None
        self.should_run = False

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.directory,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self.should_run = True
        return self

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def status(self):
        """How it ended: its exit status, or the signal's number below zero; None while it runs."""
        return self.process.poll()

    def signal(self, number):
        if self.is_running:  # not reaped yet, so the number is still ours
            os.kill(self.process.pid, number)

    def kill(self):
        self.should_run = False
        self.signal(signal.SIGKILL)
        self.process.wait()

    def ask_to_end(self):
        self.should_run = False
        self.signal(signal.SIGTERM)

    def wait_for_end(self, seconds):
        """The exit status; ProgramFailed when it is still there after so long."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ProgramFailed(f"{self.name} did not end within {seconds} s. {self.last_words()}") from None

    def last_words(self):
        """The end of its log, for a person."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "".join(f"\n    | {line[:300]}" for line in lines[-5:])


class Programs(ExitStack):
    """Programs that end with the `with`, whatever state they are in."""

    def add(self, program):
        self.callback(self._end, program)
        return program

    @staticmethod
    def _end(program):
        if program.is_running:
            program.kill()


def wait_until(condition, seconds, what):
    """Waits for the condition to hold; ProgramFailed when it does not within so long."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise ProgramFailed(f"waited {seconds} s for {what}")
        time.sleep(0.02)
