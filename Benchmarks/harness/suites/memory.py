"""What an idle worker holds in memory."""

import time

from ..processes import resident_bytes
from ..results import SuiteResult, Table, Target
from ..systems import IrisInPython, SibylServe

MEGABYTE = 1e6


def run(settings):
    result = SuiteResult("memory", "resident memory of idle processes with the iris model")
    free = settings.endpoints.free
    systems = [SibylServe(settings.sibyl, free("tcp"))]
    if settings.python:
        systems.append(IrisInPython(free("tcp"), free("ipc")))
    rows = []
    for system in systems:
        settings.progress(f"memory: {system.name}")
        with system:
            time.sleep(1)
            sizes = {who: [resident_bytes(pid) for pid in pids] for who, pids in system.watched().items()}
        rows += [_row(system.name, who, of_these) for who, of_these in sizes.items() if of_these]
        result.figures.append({"system": system.name, "resident_and_proportional_bytes": sizes})
        if system.name == SibylServe.name:
            largest = max(resident for resident, _ in sizes["workers"]) / MEGABYTE
            result.targets.append(Target("an idle worker, resident", largest, 30, at_most=True, unit=" MB"))
    columns = ["system", "process", "how many", "resident MB each", "proportional MB each"]
    result.tables.append(Table("memory", columns, rows))
    return result


def _row(system, who, sizes):
    resident, proportional = (max(column) / MEGABYTE for column in zip(*sizes))
    return [system, who, str(len(sizes)), f"{resident:.1f}", f"{proportional:.1f}"]
