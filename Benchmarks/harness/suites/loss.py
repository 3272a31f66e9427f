"""How long requests wait whose worker is killed: until the broker has noticed, and another worker has answered."""

import signal
import statistics
import time

from ..load import FINISHED, load_command, parse_sample
from ..processes import Fleet, ProcessFailed
from ..results import SuiteResult, Table, Target
from ..systems import EchoBehindSibyl

IN_FLIGHT = 64
SECONDS = 2
LONGEST_WAIT = 300  # milliseconds


def run(settings):
    result = SuiteResult("loss", f"a worker killed with SIGKILL among {IN_FLIGHT} requests in flight, tcp")
    waits = {"no worker killed": [], "one of two killed": []}
    for round_number in range(settings.rounds):
        settings.progress(f"loss: round {round_number + 1} of {settings.rounds}")
        for (name, found), kills in zip(waits.items(), (False, True)):
            sample = _longest_wait(settings, kills)
            result.note_faults(name, [sample])
            found.append(sample.longest / 1000)
    rows = [[name, f"{statistics.median(found):.1f}", f"{max(found):.1f}"] for name, found in waits.items()]
    result.figures = [{"case": name, "longest_ms": found} for name, found in waits.items()]
    result.tables.append(Table("the longest that any request of a run waited, in ms", ["", "median of runs", "longest"], rows))
    longest = max(waits["one of two killed"])
    result.targets.append(
        Target("a request whose worker is killed waits, at the longest", longest, LONGEST_WAIT, at_most=True, unit=" ms"))
    return result


def _longest_wait(settings, kills):
    free = settings.endpoints.free
    with Fleet() as fleet:
        system = fleet.enter_context(EchoBehindSibyl(settings.sibyl, free("tcp"), free("tcp")))
        # The workers' processor time is not watched: one of them will be gone.
        command = load_command(system, IN_FLIGHT, SECONDS, watched={"broker": [system.broker.pid]})
        load = fleet.start(*command, listen=True)
        time.sleep(SECONDS / 2)
        if kills:
            system.workers[0].popen.send_signal(signal.SIGKILL)
        output, _ = load.popen.communicate(timeout=SECONDS * 2 + 30)
        if load.popen.returncode not in FINISHED:
            raise ProcessFailed(f"the load client failed. {load.error_text()}")
    return parse_sample(output)
