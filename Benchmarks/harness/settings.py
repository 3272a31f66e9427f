"""How much a run measures."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from .endpoints import TRANSPORTS, Endpoints


@dataclass(frozen=True)
class Settings:
    sibyl: Path | None  # None: none was built, and only suites that need none can run
    endpoints: Endpoints
    rounds: int  # how often each system is measured at each load
    seconds: int  # how long each time
    in_flight: list | None  # requests in flight; None: what each suite finds telling
    transports: list = field(default_factory=lambda: list(TRANSPORTS))
    python: bool = True  # whether to measure the Python system

    def progress(self, text):
        print(f"... {text}", file=sys.stderr, flush=True)
