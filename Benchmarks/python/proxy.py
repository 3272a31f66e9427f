"""The broker of the Python system: moves messages between clients (ROUTER) and workers (DEALER, which takes turns).

    proxy.py --frontend ENDPOINT --backend ENDPOINT [--native]

By hand it drains each socket after a poll, as the C programs do; small frames are cheaper copied than tracked, hence
pyzmq's default `copy=True`. With --native libzmq's own loop does the work, and Python only starts it.
"""

import argparse

import zmq

DRAIN = 256  # messages a turn, so that a busy side can't shut out the other


def open_socket(context, kind, endpoint):
    socket = context.socket(kind)
    socket.set_hwm(4096)
    socket.linger = 0
    socket.bind(endpoint)
    return socket


def drain(source, target):
    receive, send = source.recv_multipart, target.send_multipart
    try:
        for _ in range(DRAIN):
            send(receive(zmq.NOBLOCK))
    except zmq.Again:
        pass


def run(frontend, backend):
    poller = zmq.Poller()
    poller.register(frontend, zmq.POLLIN)
    poller.register(backend, zmq.POLLIN)
    while True:
        for socket, _ in poller.poll():
            if socket is frontend:
                drain(frontend, backend)
            else:
                drain(backend, frontend)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frontend", required=True)
    parser.add_argument("--backend", required=True)
    parser.add_argument("--native", action="store_true")
    options = parser.parse_args()

    context = zmq.Context()
    frontend = open_socket(context, zmq.ROUTER, options.frontend)
    backend = open_socket(context, zmq.DEALER, options.backend)
    print("ready", flush=True)
    if options.native:
        zmq.proxy(frontend, backend)
    else:
        run(frontend, backend)


if __name__ == "__main__":
    main()
