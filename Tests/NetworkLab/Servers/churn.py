"""Connections that come and go: argument COUNT. On SIGUSR1 it opens and closes so many, one after the other, both ends
of each, and says how long that took."""

import signal
import socket
import sys
import time


def main() -> None:
    count = int(sys.argv[1])
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()
    print("listening", address[1], flush=True)
    while True:
        signal.sigwait({signal.SIGUSR1})
        start = time.monotonic()
        for _ in range(count):
            client = socket.socket()
            client.connect(address)
            served, _ = listener.accept()
            client.close()
            served.close()
        print("churned", count, f"{time.monotonic() - start:.3f}", flush=True)


main()
