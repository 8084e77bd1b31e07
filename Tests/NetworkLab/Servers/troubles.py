"""Servers whose numbers cannot be had, each on a port of its own, named in a line KIND PORT. Argument: a folder for the
certificate. They go on until they are ended, whatever their clients do."""

import gzip
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
GOOD = b"active_connections 0\n"


def hang(connection: socket.socket) -> None:
    connection.recv(1)


def drip(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n")
    while True:
        connection.sendall(b"a")
        time.sleep(1)


def stream(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10\r\n: heartbeat 1234\n\r\n")
        time.sleep(0.01)


def gigabyte(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 1000000000\r\n\r\n")
    piece = b"#" * 1_000_000
    for _ in range(1000):
        connection.sendall(piece)


def bomb(connection: socket.socket) -> None:
    body = gzip.compress(b"#" * 100_000_000)
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    connection.sendall(head % len(body) + body)


def garbage(connection: socket.socket) -> None:
    connection.sendall(os.urandom(100_000))


def garbage_body(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n" + os.urandom(100_000))


def charset(connection: socket.socket) -> None:
    body = GOOD.decode().encode("utf-16")
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-16\r\nContent-Length: %d\r\n\r\n"
    connection.sendall(head % len(body) + body)


def old(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + GOOD)


def loop(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /metrics\r\nContent-Length: 0\r\n\r\n")


def fail(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")


def broken_tls(connection: socket.socket) -> None:
    connection.sendall(b"\x16\x03\x03\x00\x20" + os.urandom(32))


def good(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(GOOD) + GOOD)


KINDS = {
    "hangs": hang,
    "drips": drip,
    "streams": stream,
    "gigabyte": gigabyte,
    "bomb": bomb,
    "garbage": garbage,
    "garbage-body": garbage_body,
    "charset": charset,
    "http10": old,
    "redirects": loop,
    "fails": fail,
    "broken-tls": broken_tls,
    "expired": good,
}


def expired(folder: str) -> ssl.SSLContext:
    """Of a certificate that was good for one day, twenty years ago."""
    key, request, certificate = (f"{folder}/{name}" for name in ("key.pem", "request.pem", "certificate.pem"))
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    words = ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run([*words, "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", request], **quiet)
    dates = ["-not_before", "20050101000000Z", "-not_after", "20050102000000Z"]
    words = ["openssl", "x509", "-req", "-in", request, "-signkey", key, "-out", certificate]
    if subprocess.run([*words, *dates], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
        # Before OpenSSL 3.4 only a number of days can be given, and zero ends at once.
        subprocess.run([*words, "-days", "0"], **quiet)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def answer(kind: str, connection: socket.socket, context: ssl.SSLContext) -> None:
    try:
        connection.settimeout(60)
        if kind == "expired":
            connection = context.wrap_socket(connection, server_side=True)
        connection.recv(65536)
        KINDS[kind](connection)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)
    except (OSError, ssl.SSLError):
        pass
    finally:
        connection.close()


def serve(kind: str, listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(kind, connection, context), daemon=True).start()


def main() -> None:
    context = expired(sys.argv[1])
    for kind in KINDS:
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=serve, args=(kind, listener, context), daemon=True).start()
        print(kind, listener.getsockname()[1], flush=True)
    refuses = socket.socket()
    refuses.bind(("127.0.0.1", 0))
    print("refuses", refuses.getsockname()[1], flush=True)
    print("ready", flush=True)
    threading.Event().wait()


main()
