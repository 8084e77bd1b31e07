"""A thousand clients that are no good: arguments PORT COUNT KIND. They connect, say so, come back whenever they are
turned out, and end with SIGTERM. `idle` says nothing; `slow` asks byte by byte; `unread` asks and does not read."""

import resource
import select
import socket
import sys
import time

REQUEST = b"GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n"


class Client:
    def __init__(self, port: int, kind: str, poll: select.epoll) -> None:
        self.port, self.kind, self.poll = port, kind, poll
        self.connect()

    def connect(self) -> None:
        self.socket = socket.socket()
        self.socket.setblocking(False)
        if self.kind == "unread":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.socket.connect_ex(("127.0.0.1", self.port))
        self.sent = 0
        self.poll.register(self.socket, select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR)

    def say(self) -> None:
        piece = {"idle": b"", "slow": REQUEST[self.sent : self.sent + 1], "unread": REQUEST[self.sent :]}[self.kind]
        try:
            self.sent += self.socket.send(piece) if piece else 0
        except OSError:
            pass

    def reconnect(self) -> None:
        self.poll.unregister(self.socket)
        self.socket.close()
        self.connect()


def main() -> None:
    port, count, kind = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, max(hard, count + 100)))
    poll = select.epoll()
    clients = {}
    for _ in range(count):
        client = Client(port, kind, poll)
        clients[client.socket.fileno()] = client
    print("connected", count, flush=True)
    turned_out = 0
    while True:
        start = time.monotonic()
        for client in clients.values():
            client.say()
        while time.monotonic() - start < 0.2:
            for descriptor, _ in poll.poll(0.05):
                client = clients.pop(descriptor)
                client.reconnect()
                clients[client.socket.fileno()] = client
                turned_out += 1
                if turned_out in (1, count):
                    print("turned out", turned_out, flush=True)


main()
