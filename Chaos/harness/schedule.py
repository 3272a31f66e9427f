"""Which fault strikes whom and when: drawn from a seed before anything runs, so that a seed always means the same."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Kind:
    """A kind of fault. `targets` is the role that it strikes; `lasts` bounds how long, in seconds; `recovery` is how
    long after its end its target can be counted on again."""

    name: str
    targets: str
    lasts: tuple[float, float]
    recovery: float
    weight: int = 1

    @property
    def label(self):
        return f"{self.targets} {self.name}"


@dataclass(frozen=True)
class Fault:
    at: float
    kind: Kind
    target: str
    lasts: float

    def __str__(self):
        return f"{self.at:7.2f} s  {self.kind.name} of {self.target} for {self.lasts:.2f} s"


@dataclass(frozen=True)
class Plan:
    """How faults are drawn for a phase.

    `gap` is the mean time between two, in seconds. `spare` says for a role how many must be untouched and recovered at
    any time: as long as the rule holds, nobody has a reason to be refused."""

    kinds: tuple[Kind, ...]
    gap: float
    spare: dict[str, int]
    warm_up: float = 0.5


def draw(plan, targets, seconds, seed, slowness=1):
    """The faults of a phase of so many seconds, in order. `targets` lists names by role; `slowness` says how many times
    longer than a release build the programs take to recover."""
    random = Random(seed)
    recovered_at = {name: 0.0 for names in targets.values() for name in names}
    faults = []
    now = plan.warm_up
    while now < seconds:
        kind = random.choices(plan.kinds, [kind.weight for kind in plan.kinds])[0]
        lasts = random.uniform(*kind.lasts)
        target = _choose(random, targets[kind.targets], plan.spare[kind.targets], recovered_at, now)
        if target:
            faults.append(Fault(now, kind, target, lasts))
            recovered_at[target] = now + lasts + kind.recovery * slowness
        now += random.expovariate(1 / plan.gap)
    return faults


def _choose(random, names, spare, recovered_at, now):
    healthy = [name for name in names if recovered_at[name] <= now]
    return random.choice(healthy) if len(healthy) > spare else None
