"""Makes what the suites run: the C programs, the Swift package, and the Python system's packages and model."""

import hashlib
import os
import shutil
import subprocess
import sys

from .paths import BUILD, ENVIRONMENT, JSON_PACKAGE, ONNX_MODEL, PYTHON, ROOT, ZEROMQ


class NotBuilt(Exception):
    """Something that a suite needs is missing and can't be made here; the message says what to do."""


def _run(what, command, **options):
    result = subprocess.run(command, capture_output=True, text=True, timeout=900, **options)
    if result.returncode != 0:
        raise NotBuilt(f"{what}: {result.stderr.strip()[-1500:] or result.stdout.strip()[-1500:]}")


def build_programs():
    if subprocess.run(["pkg-config", "--exists", "libzmq"]).returncode != 0:
        raise NotBuilt("the C programs need libzmq3-dev and pkg-config")
    _run("the C programs", ["make", "-C", str(ZEROMQ), f"OUT={BUILD / 'zeromq'}"])


def build_python_system():
    """A virtual environment with the pinned packages, made anew when they change, and the model as ONNX."""
    requirements = PYTHON / "requirements.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    stamp = ENVIRONMENT / "requirements.sha256"
    python = str(ENVIRONMENT / "bin" / "python")
    if not stamp.exists() or stamp.read_text() != digest:
        _run("python3 -m venv (Debian: python3-venv)", [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
        _run("pip install", [python, "-m", "pip", "install", "--quiet", "-r", str(requirements)])
        stamp.write_text(digest)
    if not ONNX_MODEL.exists():
        ONNX_MODEL.parent.mkdir(parents=True, exist_ok=True)
        quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
        _run("make_model.py", [python, str(PYTHON / "make_model.py"), "--model", str(ONNX_MODEL)], env=quiet)


def build_json_benchmark():
    """The program of Benchmarks/JSON, linked as what is shipped is."""
    if not shutil.which("swift"):
        raise NotBuilt("the json suite needs a Swift toolchain on the PATH")
    # The plan that SwiftPM keeps does not see files that were added to the package it depends on.
    build = ["swift", "build", "--disable-build-manifest-caching", "--package-path", str(JSON_PACKAGE)]
    options = ["-c", "release", "-Xswiftc", "-static-stdlib", "--product", "json-benchmark"]
    _run("Benchmarks/JSON", [*build, *options])
    return JSON_PACKAGE / ".build" / "release" / "json-benchmark"


def find_sibyl(given):
    """The server's binary: the one given, or that of `make build`."""
    path = given or ROOT / ".build" / "release" / "sibyl"
    if not os.access(path, os.X_OK):
        raise NotBuilt(f"{path} is missing: run `make build` first, or say --sibyl PATH")
    return path.resolve()
