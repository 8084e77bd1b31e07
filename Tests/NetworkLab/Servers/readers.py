"""Clients that read their streams for ever: arguments HOST COUNT PORT [PORT ...]; COUNT for each port.

`tls:PORT` speaks TLS. Whose certificate it is does not matter here, and what is read is not looked at, so it is not
deciphered either."""

import os
import selectors
import socket
import ssl
import sys

REQUEST = b"GET /events HTTP/1.1\r\nHost: test\r\nAccept: text/event-stream\r\n\r\n"


def main() -> None:
    host, count, ports = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    selector = selectors.DefaultSelector()
    for port in ports:
        for _ in range(count):
            client = socket.create_connection((host, int(port.removeprefix("tls:"))))
            if port.startswith("tls:"):
                client = context.wrap_socket(client)
            client.sendall(REQUEST)
            selector.register(client, selectors.EVENT_READ)
    print("connected", count * len(ports), flush=True)
    while selector.get_map():
        for key, _ in selector.select():
            if not os.read(key.fd, 65536):
                selector.unregister(key.fileobj)
                key.fileobj.close()


main()
