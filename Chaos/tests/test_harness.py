"""Tests of the harness: that a seed means one schedule, and that nothing bad can pass for good.

    PYTHONPATH=Chaos "$(scripts/python-tools)" -m unittest discover -s Chaos/tests
"""
import json
import signal
import subprocess
import sys
import tempfile
import unittest
from collections import Counter, deque
from pathlib import Path

import zmq

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent.parent / "clients")]

import raw_client
from harness import partition, phases
from harness.clients import Report
from harness.faults import Injector
from harness.paths import SWIFT_CLIENT
from harness.processes import Program, Programs, wait_until
from harness.schedule import Fault, Kind, draw
from harness.verdict import judge

ROLES = {
    "worker": ["worker 1", "worker 2", "worker 3", "worker 4"],
    "broker": ["broker 1", "broker 2"],
    "worker link": ["link of worker 1", "link of worker 2", "link of worker 3"],
    "broker link": ["link of broker 1", "link of broker 2"],
}
PLANS = (phases.RAW.plan, phases.ONE_BROKER.plan, phases.TWO_BROKERS.plan, partition.PLAN)


class ScheduleTests(unittest.TestCase):
    def test_a_seed_means_one_schedule(self):
        for plan in PLANS:
            self.assertEqual(draw(plan, ROLES, 60, "7"), draw(plan, ROLES, 60, "7"))
            self.assertNotEqual(draw(plan, ROLES, 60, "7"), draw(plan, ROLES, 60, "8"))

    def test_every_kind_of_fault_comes(self):
        for plan in PLANS:
            seen = {fault.kind for seed in range(20) for fault in draw(plan, ROLES, 60, seed)}
            self.assertEqual(seen, set(plan.kinds))

    def test_enough_are_spared_at_any_time(self):
        for plan in PLANS:
            for seed in range(50):
                faults = draw(plan, ROLES, 60, seed)
                for fault in faults:
                    role = fault.kind.targets
                    self.assertLessEqual(self.struck(faults, fault), len(ROLES[role]) - plan.spare[role])

    @staticmethod
    def struck(faults, last):
        """How many of its role have not recovered when a fault strikes, its own target included."""
        return len({
            fault.target
            for fault in faults
            if fault.kind.targets == last.kind.targets
            and fault.at <= last.at < fault.at + fault.lasts + fault.kind.recovery
        })


class VerdictTests(unittest.TestCase):
    def test_a_clean_report_is_clean(self):
        self.assertEqual(list(judge(Report(10, right=10))), [])

    def test_whatever_should_not_be_is_found(self):
        for report in (
            Report(10, right=9, wrong=1),
            Report(10, right=9, lost=1),
            Report(10, right=11, twice=1),
            Report(10, right=9, failed=Counter(unavailable=1)),
            Report(10, right=10, retried=Counter(overloaded=1)),
            Report(10, right=9),
        ):
            self.assertEqual(len(list(judge(report))), 1, report)


class InjectorTests(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.programs = self.enterContext(Programs())

    def start(self, command):
        return self.programs.add(Program("target", command, self.folder)).start()

    def strike(self, program, *names):
        faults = [Fault(0, Kind(name, "worker", (0, 0), 0), "target", 0.05) for name in names]
        return Injector(faults, {"target": program}, self.folder / "faults.log")

    def state(self, program):
        return Path(f"/proc/{program.process.pid}/stat").read_text().rpartition(") ")[2][0]

    def test_a_killed_program_starts_again(self):
        program = self.start(["sleep", "60"])
        first = program.process
        injector = self.strike(program, "kill")
        injector.advance()
        self.assertFalse(program.is_running)
        injector.heal()
        self.assertEqual(first.returncode, -signal.SIGKILL)
        self.assertTrue(program.is_running)
        self.assertEqual(injector.count, Counter({"worker kill": 1}))
        self.assertIn("kill of target", (self.folder / "faults.log").read_text())

    def test_a_paused_program_goes_on(self):
        program = self.start(["sleep", "60"])
        injector = self.strike(program, "pause")
        injector.advance()
        wait_until(lambda: self.state(program) == "T", 10, "the stop")
        injector.heal()
        wait_until(lambda: self.state(program) == "S", 10, "the end of the stop")

    def test_a_drained_program_that_ends_badly_is_told(self):
        program = self.start(["sh", "-c", "trap 'exit 3' TERM; echo ready; sleep 60 & wait"])
        wait_until(lambda: program.log.read_text(), 10, "the trap")
        injector = self.strike(program, "drain")
        injector.heal()  # begins no fault any more
        self.assertEqual(injector.complaints, [])
        injector = self.strike(program, "drain")
        injector.advance()
        injector.heal()
        self.assertEqual(injector.complaints, ["target was drained and ended with status 3"])
        self.assertTrue(program.is_running)


class Socket:
    """A server that answers as a list of functions says: the n-th request by the n-th of them."""

    def __init__(self, answers):
        self.answers = answers
        self.replies = deque()

    def poll(self, _):
        return bool(self.replies)

    def recv_multipart(self):
        return self.replies.popleft()

    def send_multipart(self, frames):
        envelope = json.loads(frames[0])
        value = json.loads(frames[1]) if len(frames) > 1 else envelope["input"]
        for reply in self.answers.pop(0)(envelope, value):
            self.replies.append([json.dumps({"id": envelope["id"], "status": "ok"} | reply).encode()])


class RawClientTests(unittest.TestCase):
    def test_it_counts_right_wrong_lost_doubled_and_failed(self):
        socket = Socket([
            lambda _, value: [{"output": value}],
            lambda _, value: [{"output": value | {"number": 99}}],
            lambda _, value: [],
            lambda _, value: [{"output": value}] * 2,
            lambda _, value: [{"status": "error", "error": {"code": "worker_lost"}}],
        ])
        order = {"model": "echo", "first": 10, "count": 5, "per_second": 1e6, "in_flight": 5, "timeout_ms": -4_900}
        outcome = raw_client.Load(order, socket).run(stragglers=0)
        counts = {name: outcome[name] for name in ("right", "wrong", "lost", "twice", "failed")}
        self.assertEqual(counts, {"right": 3, "wrong": 1, "lost": 1, "twice": 1, "failed": {"worker_lost": 1}})


@unittest.skipUnless(SWIFT_CLIENT.exists(), "`make chaos` builds the Swift client")
class SwiftClientTests(unittest.TestCase):
    """The Swift client against a server that tells it what it shouldn't."""

    def ask(self, answers):
        with zmq.Context() as context, context.socket(zmq.ROUTER) as router:
            port = router.bind_to_random_port("tcp://127.0.0.1")
            order = {
                "endpoints": [f"tcp://127.0.0.1:{port}"], "model": "echo", "first": 0, "count": 3, "per_second": 1000,
                "in_flight": 1, "timeout_ms": 10_000,
            }
            command = [SWIFT_CLIENT, json.dumps(order)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
                self.addCleanup(client.kill)
                for answer in answers:
                    self.assertTrue(router.poll(10_000), "the client asked nothing")
                    peer, envelope, payload = router.recv_multipart()
                    head = {"v": 1, "id": json.loads(envelope)["id"], "status": "ok"}
                    head, output = answer(head, json.loads(payload))
                    frames = [json.dumps(head).encode()] + ([json.dumps(output).encode()] if output else [])
                    router.send_multipart([peer, *frames])
                return json.loads(client.communicate(timeout=20)[0])

    def test_it_counts_right_wrong_failed_and_asked_again(self):
        def fail(code):
            error = {"code": code, "message": "as you wish", "retryable": code == "unavailable"}
            return lambda head, _: (head | {"status": "error", "error": error}, None)

        outcome = self.ask([
            lambda head, question: (head, question),
            lambda head, question: (head, question | {"number": 7}),
            fail("unavailable"),
            fail("prediction_failed"),
        ])
        self.assertEqual((outcome["right"], outcome["wrong"]), (1, 1))
        self.assertEqual((outcome["failed"], outcome["retried"]), ({"prediction_failed": 1}, {"unavailable": 1}))


if __name__ == "__main__":
    unittest.main()
