"""Tests of the harness's own arithmetic and promises: `python3 -m unittest discover -s Benchmarks/tests`."""

import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import report
from harness.endpoints import Endpoints
from harness.pairing import Spread, interleave, ratio
from harness.processes import Fleet, Process, ProcessFailed, children_of, run_to_end
from harness.results import SuiteResult, Table, Target
from harness.suites import profile


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def still_running(pids):
    """Those that have not gone within ten seconds: the kernel takes a moment to end what was killed."""
    deadline = time.monotonic() + 10
    while (left := [pid for pid in pids if is_running(pid)]) and time.monotonic() < deadline:
        time.sleep(0.01)
    return left


class Pairing(unittest.TestCase):
    def test_rounds_go_forwards_and_backwards(self):
        calls = []
        samples = interleave("ABC", 3, lambda name: calls.append(name) or len(calls))
        self.assertEqual("".join(calls), "ABCCBAABC")
        self.assertEqual(samples, [[1, 6, 7], [2, 5, 8], [3, 4, 9]])

    def test_ratios_are_taken_within_a_round(self):
        spread = ratio([100, 10, 30], [50, 5, 10], lambda sample: sample)
        self.assertEqual(spread, Spread(median=2, lower=2, upper=2.5))

    def test_rounds_that_do_not_pair_are_refused(self):
        with self.assertRaises(ValueError):
            ratio([1, 2], [1], lambda sample: sample)


class Verdicts(unittest.TestCase):
    def test_targets_bound_from_below_or_above(self):
        self.assertTrue(Target("rate", 0.8, 0.8).met)
        self.assertFalse(Target("rate", 0.79, 0.8).met)
        self.assertFalse(Target("memory", 31, 30, at_most=True).met)

    def test_a_missed_target_says_by_how_much(self):
        self.assertEqual(Target("rate", 0.6, 0.8).verdict, "not met: 25% short")
        self.assertEqual(Target("memory", 33, 30, at_most=True).verdict, "not met: 10% over")


class Pages(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.page = Path(directory.name) / "page.md"
        self.page.write_text("before\n<!-- bench:a -->\nold\n<!-- /bench:a -->\nafter\n", encoding="utf-8")

    def test_only_what_stands_between_the_markers_changes(self):
        result = SuiteResult("a", "about", tables=[Table("t", ["x", "y"], [["1", "2"]])])
        report.write_page(self.page, {"a": report.as_markdown(result, "run a", "a machine")})
        text = self.page.read_text(encoding="utf-8")
        self.assertTrue(text.startswith("before\n<!-- bench:a -->\n`run a` on a machine."))
        self.assertTrue(text.endswith("| 1 | 2 |\n<!-- /bench:a -->\nafter\n"))
        self.assertNotIn("old", text)

    def test_targets_keep_their_rows_until_they_are_measured_again(self):
        self.page.write_text("<!-- bench:targets -->\n<!-- /bench:targets -->\n", encoding="utf-8")
        results = [SuiteResult("a", "", targets=[Target("x", 1, 1)]), SuiteResult("b", "", targets=[Target("y", 1, 2)])]
        report.write_targets(self.page, results, are_all=True)
        report.write_targets(self.page, [SuiteResult("b", "", targets=[Target("y", 3, 2)])], are_all=False)
        rows = self.page.read_text(encoding="utf-8").splitlines()[3:-1]
        self.assertEqual(rows, ["| x | at least 1 | 1.00 | met |", "| y | at least 2 | 3.00 | met |"])
        report.write_targets(self.page, [SuiteResult("b", "", targets=[Target("y", 3, 2)])], are_all=True)
        self.assertNotIn("| x |", self.page.read_text(encoding="utf-8"))

    def test_a_page_without_the_markers_is_refused(self):
        report.check_page(self.page, ["a"])
        with self.assertRaises(report.PageFault):
            report.check_page(self.page, ["a", "b"])


class Profiles(unittest.TestCase):
    def test_perf_s_lines_are_read_and_summed(self):
        report = "# Overhead\n\n  40.70%  a-thread  [kernel.kallsyms]  [k] poll\n   2.50%  a-thread  sibyl  [.] f(_: to:)  \n"
        lines = profile.parse(report, microseconds=10)
        self.assertEqual([line["function"] for line in lines], ["poll", "f(_: to:)"])
        table = profile.table("threads", "thread", {"broker": lines})
        self.assertEqual(table.rows, [["`a-thread`", "4.320"]])


class Processes(unittest.TestCase):
    def test_children_end_with_their_parent(self):
        with Process("sh", "-c", "sleep 60 & sleep 60 & echo started; wait", listen=True) as parent:
            self.assertEqual(parent.read_line(seconds=10), "started")
            family = [parent.pid, *children_of(parent.pid)]
            self.assertEqual(len(family), 3)
        self.assertEqual(still_running(family), [])

    def test_a_process_that_ignores_the_request_to_end_is_made_to(self):
        process = Process("sh", "-c", "trap '' TERM; echo started; while :; do sleep 60; done", listen=True)
        process.read_line(seconds=10)
        process.end(seconds=0.2)
        self.assertFalse(is_running(process.pid))

    def test_an_error_in_the_with_still_ends_what_was_started(self):
        with self.assertRaises(KeyboardInterrupt), Fleet() as fleet:
            process = fleet.start("sleep", "60")
            raise KeyboardInterrupt
        self.assertFalse(is_running(process.pid))

    def test_what_takes_too_long_or_fails_says_so(self):
        with self.assertRaisesRegex(ProcessFailed, "more than"):
            run_to_end(["sleep", "60"], seconds=0.2)
        with self.assertRaisesRegex(ProcessFailed, "exited 3. why"):
            run_to_end(["sh", "-c", "echo why >&2; exit 3"], seconds=10)

    def test_the_runner_s_death_ends_its_processes(self):
        script = (
            "import sys; sys.path.insert(0, sys.argv[1])\n"
            "from harness.processes import Process\n"
            "import time\n"
            "print(Process('sleep', '60').pid, flush=True)\n"
            "time.sleep(60)"
        )
        benchmarks = Path(__file__).resolve().parent.parent
        runner = Process(sys.executable, "-c", script, benchmarks, listen=True)
        self.addCleanup(runner.end)
        child = int(runner.read_line(seconds=10))
        runner.popen.kill()
        self.assertEqual(still_running([child]), [])


class FreeEndpoints(unittest.TestCase):
    def test_each_is_another(self):
        endpoints = Endpoints("/run")
        for transport in ("tcp", "ipc"):
            self.assertNotEqual(endpoints.free(transport), endpoints.free(transport))


if __name__ == "__main__":
    unittest.main()
