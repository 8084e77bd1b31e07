"""Accepts every connection and holds it, whatever its client does: the peak of a leak, without the time it takes."""

import resource
import socket
import sys

MOST = 12_000


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST + 100, max(hard, MOST + 100)))
    listener = socket.create_server(("", port), backlog=4096)
    print("listening", listener.getsockname()[1], flush=True)
    held = []
    while len(held) < MOST:
        held.append(listener.accept())


main()
