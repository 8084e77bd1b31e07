"""Makes captures of netlink traffic (pcap, link type 253) that no code of this package has written.

nlmon DEVICE FILE     captures what passes an nlmon device until SIGTERM; says "capturing" when it begins
messages RAW FILE     packs netlink messages as `ss -D RAW` writes them, one message a packet
"""

import signal
import socket
import struct
import sys

LINKTYPE_NETLINK = 253
ARPHRD_NETLINK = 824
ETH_P_ALL = 3
SOCK_DIAG = 4
OUTGOING = 4


class Capture:
    def __init__(self, path: str) -> None:
        self.file = open(path, "wb")
        self.file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, LINKTYPE_NETLINK))

    def add(self, kind: int, protocol: int, data: bytes) -> None:
        packet = struct.pack(">HH10xH", kind, ARPHRD_NETLINK, protocol) + data
        self.file.write(struct.pack("=IIII", 0, 0, len(packet), len(packet)) + packet)

    def close(self) -> None:
        self.file.close()


def nlmon(device: str, path: str) -> None:
    capture = Capture(path)
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    tap.bind((device, ETH_P_ALL))
    tap.settimeout(0.05)
    asked = []
    signal.signal(signal.SIGTERM, lambda *_: asked.append(True))
    print("capturing", flush=True)
    while True:
        try:
            data, address = tap.recvfrom(1 << 18)
            capture.add(address[2], address[1], data)
        except TimeoutError:
            # What came before the signal is read by now.
            if asked:
                break
    capture.close()


def messages(raw: str, path: str) -> None:
    with open(raw, "rb") as file:
        data = file.read()
    capture = Capture(path)
    offset = 0
    while offset + 16 <= len(data):
        length = struct.unpack_from("=I", data, offset)[0]
        if length < 16:
            sys.exit(f"{raw}: a message of {length} bytes at {offset}")
        capture.add(OUTGOING, SOCK_DIAG, data[offset : offset + length])
        offset += (length + 3) & ~3
    capture.close()


{"nlmon": nlmon, "messages": messages}[sys.argv[1]](*sys.argv[2:])
