"""The phase with partitions: brokers, workers and clients on hosts of their own, between which links break."""

from .clients import make_clients
from .cluster import LIVENESS, Cluster
from .faults import Injector
from .network import Network, reason_to_skip
from .phases import WORKERS, observe
from .schedule import Kind, Plan, draw
from .verdict import Outcome, Report

TITLE = "two brokers, links cut"
CLIENTS = ("swift",) * 4
# Recovery: TCP asks for a lost connection again after 1, 3 and 7 s.
PLAN = Plan(
    (
        Kind("cut", "worker link", (1.5 * LIVENESS, 6 * LIVENESS), recovery=4.0, weight=3),
        Kind("silence", "worker link", (1.5 * LIVENESS, 6 * LIVENESS), recovery=4.0, weight=3),
        Kind("silence", "worker link", (0.02, 0.5 * LIVENESS), recovery=1.0),
        # Longer than a client waits for a sign of its broker: three to four seconds.
        Kind("cut", "broker link", (4.5, 5.5), recovery=4.0, weight=2),
        Kind("silence", "broker link", (4.5, 5.5), recovery=4.0, weight=2),
    ),
    gap=0.5,
    spare={"worker link": 1, "broker link": 1},
)


def run(settings, directory, requests, seconds):
    reason = reason_to_skip()
    if reason:
        return Outcome(TITLE, 0, Report(), skipped=reason)
    with Cluster(settings, directory) as cluster:
        client_host, links = build(cluster, directory)
        cluster.wait_for_workers(WORKERS, client_host.enter)
        targets = {role: list(named) for role, named in links.items()}
        faults = draw(PLAN, targets, seconds, f"{settings.seed} partition", settings.slowness)
        every_link = links["broker link"] | links["worker link"]
        injector = Injector(faults, every_link, directory / "faults.log")
        clients = make_clients(
            settings, directory, cluster.frontends, requests, seconds, CLIENTS, client_host.enter)
        return observe(TITLE, cluster, clients, injector, seconds, enter=client_host.enter)


def build(cluster, directory):
    """Two subnets, so that a broker can be cut from its clients and yet hear its workers; returns the clients' host,
    and by role and name the links that may break."""
    network = Network(cluster.programs, directory)
    network.subnet("front")
    network.subnet("back")
    links, backends = {"broker link": {}, "worker link": {}}, []
    for number in (1, 2):
        host = network.host(f"broker {number}")
        links["broker link"][f"link of broker {number}"], front = network.connect(host, "front")
        _, back = network.connect(host, "back")
        backends.append(f"tcp://{back}:5556")
        cluster.start_broker(f"tcp://{front}:5555", backends[-1], host.enter)
    for number in range(1, WORKERS + 1):
        host = network.host(f"worker {number}")
        links["worker link"][f"link of worker {number}"], _ = network.connect(host, "back")
        cluster.start_worker(backends, host.enter)
    client_host = network.host("clients")
    network.connect(client_host, "front")
    return client_host, links
