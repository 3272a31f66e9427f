"""The systems that are measured: how each is started, where clients reach it, whose processor time counts."""

import json
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from .load import first_reply_command
from .paths import ENVIRONMENT, ONNX_MODEL, PROGRAMS, PYTHON, ROOT
from .processes import Fleet, children_of, command_line, run_to_end

WORKERS = 2  # as many as the machine of the published figures has cores


class System(Fleet):
    """A system that runs as long as its `with`.

    `check` is how the load client judges replies: the payload as it was sent (`echo`), or with the expected species
    (`contains`)."""

    name = model = check = ""
    settling = 0.3  # seconds: the first answer needs one worker, the others are there within this

    def __init__(self, endpoint, backend=None):
        super().__init__()
        self.endpoint = endpoint
        self.backend = backend
        self.broker = None
        self.workers = []

    def __enter__(self):
        try:
            self.launch()
            run_to_end(first_reply_command(self.endpoint, self.model, self.check), seconds=60)
        except BaseException:
            self.close()
            raise
        time.sleep(self.settling)
        return self

    def launch(self):
        """Starts the processes."""
        raise NotImplementedError

    def watched(self):
        """Process ids by the name under which their time is told."""
        return {"broker": [self.broker.pid], "workers": [worker.pid for worker in self.workers]}


def watch_family(pid):
    """For `sibyl serve`: its workers are its children that run `sibyl worker`; all else is the broker's side."""
    family = [pid, *children_of(pid)]
    workers = [pid for pid in family if "worker" in command_line(pid)[1:2]]
    return {"broker": [pid for pid in family if pid not in workers], "workers": workers}


class EchoBehindProxy(System):
    """The yardstick: libzmq's zmq_proxy between the same C client and C workers."""

    name, model, check = "zmq_proxy", "echo", "echo"

    def launch(self):
        self.broker = self.start(PROGRAMS / "proxy", "--frontend", self.endpoint, "--backend", self.backend)
        self.workers = [self.start(PROGRAMS / "echo_worker", "--connect", self.backend) for _ in range(WORKERS)]


class EchoBehindSibyl(System):
    """Sibyl's broker between a C client and C workers."""

    name, model, check = "sibyl broker", "echo", "echo"

    def __init__(self, sibyl, endpoint, backend):
        super().__init__(endpoint, backend)
        self.sibyl = sibyl

    def launch(self):
        self.broker = self.start(self.sibyl, "broker", "--frontend", self.endpoint, "--backend", self.backend)
        self.workers = [self.start(PROGRAMS / "sibyl_echo_worker", "--connect", self.backend) for _ in range(WORKERS)]


class PoolBehindSibyl(EchoBehindSibyl):
    """The same with many workers in one process, which may take `milliseconds` for each request."""

    def __init__(self, sibyl, endpoint, backend, workers, milliseconds, capacity):
        super().__init__(sibyl, endpoint, backend)
        self.options = ["--workers", workers, "--milliseconds", milliseconds, "--capacity", capacity]

    def launch(self):
        self.broker = self.start(self.sibyl, "broker", "--frontend", self.endpoint, "--backend", self.backend)
        self.workers = [self.start(PROGRAMS / "sibyl_echo_worker", "--connect", self.backend, *self.options)]


class SibylServe(System):
    """`sibyl serve` with the project's own configuration: broker and workers that serve the iris model."""

    name, model, check = "sibyl serve", "iris_model", "contains"

    def __init__(self, sibyl, endpoint):
        super().__init__(endpoint)
        self.sibyl = sibyl

    def launch(self):
        self.broker = self.start(self.sibyl, "serve", "--frontend", self.endpoint, "--workers", WORKERS, cwd=ROOT)

    def watched(self):
        return watch_family(self.broker.pid)


class BatchedModel(System):
    """`sibyl serve` with one worker of `batch_model.so`, from a folder of models that is made here.

    `settings` are the model's, `batching` is what its `model.yaml` says of batches, each as a dictionary."""

    model, check = "batched", "echo"

    def __init__(self, name, sibyl, endpoint, settings, batching):
        super().__init__(endpoint)
        self.name = name
        self.sibyl = sibyl
        self.description = {"runtime": "plugin", "file": "batch_model.so", "settings": settings, "batching": batching}

    def launch(self):
        folder = Path(self.enter_context(TemporaryDirectory(prefix="sibyl-bench-models-")))
        version = folder / self.model / "1.0.0"
        version.mkdir(parents=True)
        shutil.copy(PROGRAMS / "batch_model.so", version)
        # JSON is YAML.
        (version / "model.yaml").write_text(json.dumps(self.description), encoding="utf-8")
        command = [self.sibyl, "serve", "--frontend", self.endpoint, "--models", folder, "--workers", 1]
        self.broker = self.start(*command, cwd=folder)

    def watched(self):
        return watch_family(self.broker.pid)


class IrisInPython(System):
    """The same model in onnxruntime behind a broker in Python.

    `native` lets libzmq's own loop do the broker's work, `batch` is the most requests that a worker runs through the
    model at once."""

    model, check = "iris_model", "contains"
    settling = 1.5  # the second worker may still be importing

    def __init__(self, endpoint, backend, native=False, batch=32):
        super().__init__(endpoint, backend)
        self.native = native
        self.batch = batch
        self.name = "pyzmq" + (" with zmq.proxy" if native else "" if batch > 1 else " one by one")

    def launch(self):
        python = ENVIRONMENT / "bin" / "python"
        proxy = [python, PYTHON / "proxy.py", "--frontend", self.endpoint, "--backend", self.backend]
        worker = [python, PYTHON / "worker.py", "--connect", self.backend, "--model", ONNX_MODEL, "--batch", self.batch]
        self.broker = self.start(*proxy, *(["--native"] if self.native else []))
        self.workers = [self.start(*worker) for _ in range(WORKERS)]
