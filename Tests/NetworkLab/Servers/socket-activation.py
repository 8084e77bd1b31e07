"""Starts a program with sockets at descriptors 3 and up, as systemd's socket activation does it: sd_listen_fds(3).

    socket-activation.py [--process PID] SOCKET... -- PROGRAM ARGUMENT...

SOCKET is HOST:PORT or the path of a Unix socket, which are listened on, or what a program cannot serve on: `datagram`,
`connection`, `file`. Says the ports first. Another PID than the program's own is one that the sockets are not meant for.
"""

import os
import socket
import sys

FIRST = 3
kept = []


def opened(what: str) -> int:
    if what == "datagram":
        return socket.socket(socket.AF_INET, socket.SOCK_DGRAM).detach()
    if what == "file":
        return os.open("/dev/null", os.O_RDONLY)
    if what == "connection":
        one, other = socket.socketpair()
        kept.append(other)
        return one.detach()
    if what.startswith("/"):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(what)
    else:
        host, _, port = what.rpartition(":")
        listener = socket.create_server((host, int(port)))
        print("port", listener.getsockname()[1], flush=True)
    listener.listen()
    return listener.detach()


def main() -> None:
    end = sys.argv.index("--")
    names, program = sys.argv[1:end], sys.argv[end + 1 :]
    process = str(os.getpid())
    if names[:1] == ["--process"]:
        process, names = names[1], names[2:]
    # Away from where they are to be, first.
    far = [os.dup2(descriptor, 100 + place) for place, descriptor in enumerate(map(opened, names))]
    for place, descriptor in enumerate(far):
        os.dup2(descriptor, FIRST + place, inheritable=True)
    os.environ.update(LISTEN_PID=process, LISTEN_FDS=str(len(names)), LISTEN_FDNAMES=":".join(["web"] * len(names)))
    os.execv(program[0], program)


main()
