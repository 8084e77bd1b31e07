"""Leaks: the thread of a connection waits for the next event without a limit, so it never sees that its client left."""

import queue
import socket
import sys
import threading


def serve(connection: socket.socket) -> None:
    events: queue.Queue[bytes] = queue.Queue()
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n\n")
    while True:
        connection.sendall(events.get())  # get(timeout=...) and a heartbeat are what is missing.


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    listener = socket.create_server(("127.0.0.1", port))
    print("listening", listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


main()
