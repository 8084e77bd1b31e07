"""Clients that do as EventSource in a browser does: arguments HOST PORT PATH COUNT [RETRY]. Each reads its stream for
ever; when the stream ends, or cannot be had, it comes back RETRY seconds later (3 if it is not said, or what the server's
`retry:` says), with the last event's id. Says when all are connected, each time that this becomes so."""

import asyncio
import resource
import sys


class Crowd:
    wanted = 0
    open = 0


async def stream(host: str, port: int, path: str, retry: float) -> None:
    last = ""
    while True:
        is_open = False
        try:
            reader, writer = await asyncio.open_connection(host, port)
            request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\n"
            writer.write((request + (f"Last-Event-ID: {last}\r\n" if last else "") + "\r\n").encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n")[0]:
                raise ConnectionError(head.split(b"\r\n")[0].decode())
            is_open = True
            Crowd.open += 1
            if Crowd.open == Crowd.wanted:
                print("connected", Crowd.wanted, flush=True)
            while line := await reader.readline():
                name, _, value = line.decode().rstrip().partition(":")
                if name == "id":
                    last = value.strip()
                elif name == "retry":
                    retry = int(value) / 1000
            writer.close()
        except (OSError, asyncio.IncompleteReadError):
            pass
        if is_open:
            Crowd.open -= 1
        await asyncio.sleep(retry)


async def main() -> None:
    host, port, path, count = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    retry = float(sys.argv[5]) if len(sys.argv) > 5 else 3
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 100), hard))
    Crowd.wanted = count
    await asyncio.gather(*(stream(host, port, path, retry) for _ in range(count)))


asyncio.run(main())
