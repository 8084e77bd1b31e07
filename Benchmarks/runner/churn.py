"""Connections that come and go at an even pace, beside some that stay: arguments PORT RATE STAY.

Begins when a line comes on its standard input, and says with the next one how many it has made and ended; with the third
those that stayed end, too. All within this process: what it has counted is what there was."""

import resource
import select
import socket
import struct
import sys
import time

TICK = 0.01
IP_BIND_ADDRESS_NO_PORT = 24
RESET = struct.pack("ii", 1, 0)


class Load:
    def __init__(self, port: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", port), backlog=4096)
        self._address = ("127.0.0.1", port)
        self.made = 0

    def connection(self) -> tuple[socket.socket, socket.socket]:
        client = socket.socket()
        client.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        # Over so many addresses that those in TIME_WAIT do not use the ports up.
        client.bind((f"127.1.{self.made // 250 % 20}.{1 + self.made % 250}", 0))
        client.connect(self._address)
        served, _ = self._listener.accept()
        self.made += 1
        return client, served

    def come_and_go(self) -> None:
        """One connection, from its beginning to its end, which comes in one of the ways that there are."""
        client, served = self.connection()
        served.send(b"data: hello\n\n")
        client.recv(64)
        way = self.made % 10
        if way == 0:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        first, second = (served, client) if way % 2 else (client, served)
        first.close()
        second.close()


def main() -> None:
    port, rate, stay = (int(word) for word in sys.argv[1:4])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2 * stay + 200), hard))
    load = Load(port)
    print("listening", flush=True)
    sys.stdin.readline()
    kept = [load.connection() for _ in range(stay)]
    start = time.monotonic()
    gone = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        due = int((time.monotonic() - start) * rate)
        while gone < due:
            load.come_and_go()
            gone += 1
        time.sleep(TICK)
    seconds = time.monotonic() - start
    sys.stdin.readline()
    print("made", load.made, "gone", gone, "seconds", f"{seconds:.3f}", flush=True)
    sys.stdin.readline()
    for client, served in kept:
        client.close()
        served.close()
    print("ended", flush=True)


main()
