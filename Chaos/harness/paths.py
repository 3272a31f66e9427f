"""Where things are."""

from pathlib import Path

CHAOS = Path(__file__).resolve().parent.parent
ROOT = CHAOS.parent
SIBYL = ROOT / ".build" / "release" / "sibyl"
SWIFT_CLIENT = CHAOS / "Client" / ".build" / "release" / "chaos-client"
RAW_CLIENT = CHAOS / "clients" / "raw_client.py"
PLUGIN = ROOT / ".build" / "fixtures" / "echo.so"
