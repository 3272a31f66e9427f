"""The mutations: what is broken, where, and how. Each must be noticed by some seed of the simulation.

`old` stands in the file exactly once. A mutant that fits no longer fails the run: rewrite it for what took the place of
what it broke.
"""
from typing import NamedTuple


class Mutant(NamedTuple):
    name: str
    file: str
    old: str
    new: str


CORE = "Sources/Core/"
REQUESTS = CORE + "Broker/BrokerCore+Requests.swift"
WORKERS = CORE + "Broker/BrokerCore+Workers.swift"
DISPATCH = CORE + "Broker/BrokerCore+Dispatch.swift"
ISOLATION = CORE + "Broker/BrokerCore+Isolation.swift"
SETTLING = CORE + "Broker/BrokerCore+Settling.swift"
BROKER = CORE + "Broker/BrokerCore.swift"
ROSTER = CORE + "Broker/WorkerRoster.swift"
TABLE = CORE + "Broker/RequestTable.swift"
DIRECTORY = CORE + "Broker/ServiceDirectory.swift"
QUEUE = CORE + "Broker/RequestQueue.swift"
FAIR = CORE + "Broker/FairQueue.swift"
WHEEL = CORE + "Structures/DeadlineWheel.swift"
TURN = CORE + "Structures/PriorityTurn.swift"
JOBS = CORE + "Worker/WorkerCore+Jobs.swift"
SESSION = CORE + "Worker/WorkerCore+Session.swift"
CLIENT = CORE + "Client/ClientCore.swift"

MUTANTS = [
    # What is accepted is answered once.
    Mutant("broker: forgets to queue what a lost worker held", WORKERS,
           "                requeue(slot)\n", ""),
    Mutant("broker: answers twice", REQUESTS,
           "            effects.append(.forward(slot: slot, client: record.client))\n",
           "            effects.append(.forward(slot: slot, client: record.client))\n" * 2),
    Mutant("broker: takes answers from workers that do not hold the request", REQUESTS,
           "return workers[record.worker].peer == peer", "return true"),
    Mutant("broker: uses names of requests again", TABLE,
           "record.generation = records[Int(slot)].generation &+ 1", "record.generation = records[Int(slot)].generation"),
    Mutant("broker: begins with the same names after a restart", TABLE,
           "record.generation = epoch", "record.generation = 7"),
    Mutant("broker: keeps the slot of a cancelled request whose worker is lost", WORKERS,
           "                effects.append(.free(slot: slot))\n            } else if requests",
           "            } else if requests"),
    Mutant("broker: forgets those who wait for a model without a worker", WORKERS,
           "        orphans.append(service)\n", ""),
    Mutant("broker: ends a drain with requests unanswered", WORKERS,
           "case .held, .queued, .dispatched: withdraw(Int32(slot), .draining, at: now, into: &effects)",
           "case .held, .queued, .dispatched: continue"),
    Mutant("broker: takes requests while it drains", REQUESTS,
           "        if isDraining { return .draining }\n", ""),

    # Who gets what.
    Mutant("broker: ignores credit", ROSTER,
           "var hasCredit: Bool { inFlight < capacity", "var hasCredit: Bool { inFlight <= capacity"),
    Mutant("broker: forgets the credit after an answer", ROSTER,
           "        inFlight -= 1\n", ""),
    Mutant("broker: feeds workers that drain", ROSTER,
           "var hasCredit: Bool { inFlight < capacity && !isDraining", "var hasCredit: Bool { inFlight < capacity"),
    Mutant("broker: names the first model whatever was asked for", ROSTER,
           "services.firstIndex(of: record.service).map { places[$0] } ?? .max", "places[0]"),
    Mutant("broker: remembers routes that are no longer right", DIRECTORY,
           "        cache = RouteCache()\n        splits = []\n", "        splits = []\n"),
    Mutant("broker: prefers the oldest version", DIRECTORY,
           "return champion.order < challenger.order", "return challenger.order < champion.order"),
    Mutant("broker: leaves no place to interactive requests", ROSTER,
           "bulkInFlight < capacity - max(1, capacity / 8)", "bulkInFlight < capacity"),
    Mutant("broker: does not give a worker with room what waits", REQUESTS,
           "        feed(record.worker, at: now, into: &effects)\n", ""),

    # Attempts.
    Mutant("broker: never counts attempts", TABLE,
           "        attempts += 1\n", ""),
    Mutant("broker: counts a refusal as an attempt", REQUESTS,
           "            requests[slot].attempts -= 1\n", ""),
    Mutant("broker: gives up one attempt early", WORKERS,
           "requests[slot].attempts >= limits.attempts {", "requests[slot].attempts + 1 >= limits.attempts {"),
    Mutant("broker: lets others share a worker with a last attempt", ISOLATION,
           "workers[worker].inFlight == 0 && requests[slot].deadline > now", "requests[slot].deadline > now"),
    Mutant("broker: has no last attempts", REQUESTS,
           "requests[slot].attempts > 0 && requests[slot].attempts + 1 >= limits.attempts",
           "requests[slot].attempts > 1_000"),
    Mutant("broker: never lets a worker go that was set apart", ISOLATION,
           "            endIsolation(of: worker)\n            feed(", "            feed("),

    # Time.
    Mutant("broker: keeps expired requests", BROKER,
           "        for slot in expired { withdraw(slot, .deadlineExceeded, at: now, into: &effects) }\n", ""),
    Mutant("broker: loses the client's deadline", TABLE,
           "deadline = now + (arrival.timeout ?? defaultTimeout)", "deadline = now + defaultTimeout"),
    Mutant("broker: tells workers a deadline of its own", DISPATCH,
           "timeLeft: UInt64(max(0, (record.deadline - now).microseconds))", "timeLeft: 60_000_000"),
    Mutant("broker: dispatches what has expired", DISPATCH,
           "if requests[slot].deadline <= now {", "if requests[slot].deadline < Instant(nanoseconds: 0) {"),
    Mutant("wheel: a tick late", WHEEL,
           "let tick = max(rounded, current + 1)", "let tick = max(rounded, current + 1) + 1"),
    Mutant("wheel: a tick early", WHEEL,
           "(deadline.nanoseconds % Self.tick > 0 ? 1 : 0)", "0"),
    Mutant("wheel: sees nothing beyond its turn's end", WHEEL,
           "occupied.first(from: start) ?? occupied.first(from: 0)", "occupied.first(from: start)"),

    # Cancels, and clients that are gone.
    Mutant("broker: forgets to drop what is cancelled", REQUESTS,
           "            withdraw(slot, .cancelled, at: now, into: &effects)\n", "            _ = slot\n"),
    Mutant("broker: does not tell workers of cancels", REQUESTS,
           "            effects.append(.cancel(worker: workers[record.worker].peer, requests.id(of: slot)))\n", ""),
    Mutant("broker: ignores that clients are gone", BROKER,
           "case .clientGone(let client): forget(client, at: now, into: &effects)", "case .clientGone: break"),

    # Workers that come and go.
    Mutant("broker: ignores silence", WORKERS,
           "            lose(workers[worker].peer, .silent, at: now, into: &effects)\n",
           "            _ = worker\n"),
    Mutant("broker: ignores that a worker can't be reached", BROKER,
           "case .unreachable(let peer): lose(peer, .disconnected, at: now, into: &effects)",
           "case .unreachable: break"),
    Mutant("broker: does not ask who is there when a connection breaks", BROKER,
           "case .connectionLost: pingAll(into: &effects)", "case .connectionLost: break"),
    Mutant("broker: does not ask strangers to introduce themselves", WORKERS,
           "            effects.append(.introduce(worker: peer))\n", ""),
    Mutant("broker: never finds a worker for what it held back", WORKERS,
           "        routeHeld(into: &effects)\n", ""),
    Mutant("broker: tells at once that a model is unknown after a start", SETTLING,
           "!isDraining && (now < settlesUntil || isLate(at: now))", "false"),

    # Queues.
    Mutant("broker: ignores the bound of its queues", REQUESTS,
           "let free = limits.queueLength - directory", "let free = limits.queueLength + 5 - directory"),
    Mutant("broker: refuses with room left", REQUESTS,
           "let free = limits.queueLength - directory", "let free = limits.queueLength - 1 - directory"),
    Mutant("broker: ignores the bytes of its queues", REQUESTS,
           "directory[service].queue.bytes + record.size <= limits.queueBytes", "true"),
    Mutant("broker: bulk first", QUEUE,
           "turn.next == .interactive { return interactive.next() }", "turn.next == .bulk { return interactive.next() }"),
    Mutant("broker: bulk starves", TURN,
           "earned >= Self.interactiveShare ? .bulk : .interactive", "earned < 0 ? .bulk : .interactive"),
    Mutant("broker: a batch costs as much as a single request", FAIR,
           "flows[Int(flow)].balance -= Int(table[slot].cost)", "flows[Int(flow)].balance -= 1"),
    Mutant("broker: weights are ignored", REQUESTS,
           "let weight = limits.weight(of: requests[slot].tenant)", "let weight = 1"),
    Mutant("broker: who leaves the ring takes the turn of the next along", FAIR,
           "        if hadItsTurn { beginTurn() }\n", "        _ = hadItsTurn\n"),
    Mutant("broker: what lost its worker waits at the end", FAIR,
           "        if !returned.isEmpty { return returned.first }\n        if isEmpty { return nil }\n",
           "        if isEmpty { return nil }\n        if ring.isEmpty { return returned.first }\n"),

    # Workers.
    Mutant("worker: drops what it has no room for", JOBS,
           "case .welcomed, .draining: effects.append(.refuse(broker: broker, request))\n        case .connecting, .greeting, .gone:\n",
           "case .welcomed, .draining, .connecting, .greeting, .gone:\n"),
    Mutant("worker: answers a session that is over", SESSION,
           "            jobs.orphan(&links[link].held)\n            effects.append(.abandon",
           "            effects.append(.abandon"),
    Mutant("worker: ignores a broken connection", SESSION,
           "case .greeting, .welcomed, .draining: lose(broker, .disconnected, at: now, into: &effects)",
           "case .greeting, .welcomed, .draining: return"),
    Mutant("worker: does not introduce itself", SESSION,
           "            lose(broker, .forgotten, at: now, into: &effects)\n            greet(broker, at: now, into: &effects)\n",
           "            return\n"),
    Mutant("worker: is silent while it drains", SESSION,
           "if links[Int(broker)].state != .gone { effects", "if links[Int(broker)].state == .welcomed { effects"),
    Mutant("worker: does not drop cancelled jobs", JOBS,
           "        effects.append(.cancel(slot: slot, broker: broker))\n", ""),
    Mutant("worker: computes without end", JOBS,
           "deadline: now + timeLeft", "deadline: now + timeLeft + timeLeft"),

    # Clients.
    Mutant("client: ignores a broken connection", CLIENT,
           "case .disconnected(let endpoint): disconnect(endpoint, at: now, into: &effects)",
           "case .disconnected: break"),
    Mutant("client: sends again under a new deadline", CLIENT,
           "timeLeft: calls[Int(slot)].deadline - now", "timeLeft: .milliseconds(10_000)"),
    Mutant("client: uses names again", CLIENT,
           "        calls[Int(slot)].generation &+= 1\n", ""),
    Mutant("client: keeps calls beyond their deadline", CLIENT,
           "            effects.append(.fail(slot: slot, endpoint >= 0 ? .timedOut(endpoint: endpoint) : .unreachable))\n",
           ""),
    Mutant("client: never counts down", CLIENT,
           "        vacant.append(slot)\n        callCount -= 1\n", "        vacant.append(slot)\n"),
    Mutant("client: is content with a server that drains", CLIENT,
           "guard calls[Int(slot)].deadline > now, let next = nextEndpoint(of: slot) else {",
           "guard calls[Int(slot)].deadline < now, let next = nextEndpoint(of: slot) else {"),
    Mutant("client: lets calls wait for the next connection only", CLIENT,
           "        wasConnected = true\n        sendWaiting(at: now, into: &effects)\n", "        wasConnected = true\n"),
]

# A few of each kind that one of the first seeds notices.
QUICK = {
    "broker: forgets to queue what a lost worker held",
    "broker: answers twice",
    "broker: uses names of requests again",
    "broker: ignores credit",
    "broker: names the first model whatever was asked for",
    "broker: remembers routes that are no longer right",
    "broker: does not give a worker with room what waits",
    "broker: never counts attempts",
    "broker: has no last attempts",
    "broker: keeps expired requests",
    "wheel: a tick late",
    "broker: does not tell workers of cancels",
    "broker: ignores silence",
    "broker: ignores the bound of its queues",
    "broker: bulk starves",
    "broker: a batch costs as much as a single request",
    "worker: answers a session that is over",
    "worker: is silent while it drains",
    "client: sends again under a new deadline",
    "client: never counts down",
}
