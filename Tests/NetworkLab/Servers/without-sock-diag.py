"""Becomes a program to which the kernel has no sock_diag: arguments PROGRAM ARGUMENTS. Opening such a netlink socket
fails as it does where the kernel has been built without it."""

import ctypes
import errno
import os
import platform
import struct
import sys

SYS_SOCKET = {"x86_64": 41, "aarch64": 198}
AF_NETLINK, NETLINK_SOCK_DIAG = 16, 4
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPROTONOSUPPORT
# Where struct seccomp_data has the call's number, and its first and third argument.
NUMBER, FAMILY, PROTOCOL = 0, 16, 32


def main() -> None:
    program = [
        (LOAD, 0, 0, NUMBER),
        (EQUAL, 0, 5, SYS_SOCKET[platform.machine()]),
        (LOAD, 0, 0, FAMILY),
        (EQUAL, 0, 3, AF_NETLINK),
        (LOAD, 0, 0, PROTOCOL),
        (EQUAL, 0, 1, NETLINK_SOCK_DIAG),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
    filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in program))
    library = ctypes.CDLL(None, use_errno=True)
    description = struct.pack("HxxxxxxP", len(program), ctypes.addressof(filters))
    if library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or library.prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.create_string_buffer(description), 0, 0
    ):
        sys.exit(f"cannot filter system calls: {os.strerror(ctypes.get_errno())}")
    os.execvp(sys.argv[1], sys.argv[1:])


main()
