"""Clients that read their streams for ever: arguments HOST COUNT PORT [PORT ...]; COUNT for each port."""

import selectors
import socket
import sys

REQUEST = b"GET /events HTTP/1.1\r\nHost: test\r\nAccept: text/event-stream\r\n\r\n"


def main() -> None:
    host, count, ports = sys.argv[1], int(sys.argv[2]), [int(word) for word in sys.argv[3:]]
    selector = selectors.DefaultSelector()
    for port in ports:
        for _ in range(count):
            client = socket.create_connection((host, port))
            client.sendall(REQUEST)
            selector.register(client, selectors.EVENT_READ)
    print("connected", count * len(ports), flush=True)
    while selector.get_map():
        for key, _ in selector.select():
            if not key.fileobj.recv(65536):
                selector.unregister(key.fileobj)
                key.fileobj.close()


main()
