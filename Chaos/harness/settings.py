"""What a run was asked to do."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    seed: int
    sibyl: Path
    client: Path
    attempts: int
    slowness: float
