"""Many clients at once: arguments PORT COUNT LEAVING. Connects COUNT times over many loopback addresses and says so;
on SIGUSR1, LEAVING of them end their side, and it says so; on SIGUSR2 all are closed."""

import resource
import signal
import socket
import sys


def main() -> None:
    port, count, leaving = (int(word) for word in sys.argv[1:4])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, max(hard, count + 100)))
    orders = {signal.SIGUSR1, signal.SIGUSR2}
    signal.pthread_sigmask(signal.SIG_BLOCK, orders)
    clients = [socket.create_connection((f"127.0.{i % 5}.{1 + i % 200}", port)) for i in range(count)]
    print("connected", len(clients), flush=True)
    while True:
        if signal.sigwait(orders) == signal.SIGUSR1:
            for client in clients[:leaving]:
                client.shutdown(socket.SHUT_WR)
            print("left", leaving, flush=True)
        else:
            for client in clients:
                client.close()
            print("closed", count, flush=True)


main()
