"""Where things are."""

from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent
ROOT = BENCHMARKS.parent
BUILD = BENCHMARKS / ".build"  # made by the runner, not committed
ZEROMQ = BENCHMARKS / "zeromq"
PROGRAMS = BUILD / "zeromq"
JSON_PACKAGE = BENCHMARKS / "JSON"
PYTHON = BENCHMARKS / "python"
ENVIRONMENT = BENCHMARKS / ".venv"  # the Python system's packages
ONNX_MODEL = BUILD / "iris.onnx"
IRIS_SAMPLES = BENCHMARKS / "data" / "iris.tsv"
PERFORMANCE_PAGE = ROOT / "docs" / "performance.md"
