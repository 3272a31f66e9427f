"""Brokers and workers as an operator runs them: `sibyl broker`, `sibyl worker`, `sibyl serve`."""

import json
import re
import subprocess

from .paths import PLUGIN
from .processes import Program, Programs, wait_until

MODEL = "echo"
HEARTBEAT = 0.1  # seconds; a worker is taken for dead after four
LIVENESS = 4 * HEARTBEAT
THREADS = 8  # the model sleeps; a request that takes long should not hold up the others
REQUEUED = re.compile(rb"was lost \((\w+)\); (\d+) of its requests")


class Cluster:
    """Programs that serve together, with what the harness asks of them."""

    def __init__(self, settings, directory):
        self.settings = settings
        self.directory = directory
        self.programs = Programs()
        self.brokers = {}
        self.workers = {}
        self.frontends = []
        self.environment = {
            "SIBYL_BROKER_HEARTBEAT_MS": str(int(HEARTBEAT * 1000)),
            "SIBYL_BROKER_ATTEMPTS": str(settings.attempts),
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.programs.close()

    def start(self, name, *arguments, enter=(), environment=None):
        """`enter` is a command that runs another one, elsewhere."""
        command = [*enter, self.settings.sibyl, *arguments]
        program = Program(name, command, self.directory, self.environment | (environment or {}))
        return self.programs.add(program).start()

    def start_broker(self, frontend, backend, enter=()):
        name = f"broker {len(self.brokers) + 1}"
        self.brokers[name] = self.start(name, "broker", "--frontend", frontend, "--backend", backend, enter=enter)
        self.frontends.append(frontend)

    def start_worker(self, backends, enter=()):
        name = f"worker {len(self.workers) + 1}"
        connect = [part for backend in backends for part in ("--connect", backend)]
        self.workers[name] = self.start(
            name, "worker", *connect, "--plugin", PLUGIN, "--threads", THREADS, enter=enter)

    def ask(self, operation, frontend, enter=()):
        """What `sibyl health` or `stats` says, or None."""
        command = [*enter, self.settings.sibyl, operation, "--json", "--connect", frontend, "--timeout", "5s"]
        answer = subprocess.run([str(part) for part in command], cwd=self.directory, capture_output=True, text=True)
        return json.loads(answer.stdout) if answer.returncode == 0 else None

    def wait_for_workers(self, count, enter=()):
        """Until every broker has so many."""

        def are_there():
            healths = [self.ask("health", frontend, enter) for frontend in self.frontends]
            return all(health and health["workers"] == count for health in healths)

        wait_until(are_there, 30, f"{count} workers at {' and '.join(self.frontends)}")

    def leftovers(self, enter=()):
        """What brokers still hold though every client is gone, in words."""
        for frontend in self.frontends:
            stats = self.ask("stats", frontend, enter)
            if stats is None:
                yield f"the broker at {frontend} does not answer"
            elif stats["queued"] or stats["in_flight"]:
                yield f"the broker at {frontend} holds {stats['queued']} queued and {stats['in_flight']} in flight"

    def requeued(self):
        """How many requests workers took with them that went to others, as the brokers' logs tell."""
        logs = b"".join(broker.log.read_bytes() for broker in self.brokers.values())
        return sum(int(count) for _, count in REQUEUED.findall(logs))

    def crashed(self):
        """Programs that ended by themselves, in words."""
        for program in [*self.brokers.values(), *self.workers.values()]:
            if program.should_run and not program.is_running:
                yield f"{program.name} ended by itself with status {program.status}: {program.last_words()}"

    def stop(self):
        """Drains everything as an operator does, brokers first; what did not end well, in words."""
        for programs in self.brokers.values(), self.workers.values():
            for program in programs:
                program.ask_to_end()
            for program in programs:
                status = program.wait_for_end(30)
                if status != 0:
                    yield f"{program.name} ended with status {status} after SIGTERM: {program.last_words()}"
