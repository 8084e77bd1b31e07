"""Heartbeats of which some are left out, and the truth about them: arguments PORT INTERVAL SHARE [EVENTS [KIND]].

Each connection has a heartbeat every INTERVAL seconds by deadlines of its own; a share SHARE of them is skipped. EVENTS
a second of all sizes are written among them, by chance, and are no heartbeats. Where KIND is `idle`, each event puts
the next heartbeat off until an INTERVAL after it; `tls:FILE` encrypts with the key and certificate in that file. On
SIGUSR1 all fall silent, the connections stay, and it says the truth: heartbeats written after the first of their
connection, heartbeats skipped between two that were written, and by how much of a second the latest came late."""

import asyncio
import random
import signal
import ssl
import sys

BEAT = b": beat\n\n"


class Truth:
    written = 0
    missed = 0
    latest = 0.0


class Stream:
    """One connection, and when something else than a heartbeat was last written to it."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.told = 0.0


async def beat(stream: Stream, interval: float, share: float, is_idle_only: bool, chance: random.Random) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time() + interval * chance.random()
    skipped = 0
    is_first = True
    while True:
        await asyncio.sleep(due - loop.time())
        if is_idle_only and stream.told + interval > due:
            due = stream.told + interval
            continue
        Truth.latest = max(Truth.latest, loop.time() - due)
        if chance.random() < share:
            skipped += 1
        else:
            stream.writer.write(BEAT)
            if not is_first:
                Truth.written += 1
                Truth.missed += skipped
            is_first = False
            skipped = 0
        due += interval


async def tell(stream: Stream, rate: float, chance: random.Random) -> None:
    while True:
        await asyncio.sleep(chance.expovariate(rate))
        stream.told = asyncio.get_running_loop().time()
        stream.writer.write(b"data: " + b"x" * chance.randrange(10, 1000) + b"\n\n")


async def main() -> None:
    port, interval, share = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    rate = float(sys.argv[4]) if len(sys.argv) > 4 else 0
    kind = sys.argv[5] if len(sys.argv) > 5 else ""
    context = None
    if kind.startswith("tls:"):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(kind.removeprefix("tls:"))
    chance = random.Random(1)
    writing: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks: list[asyncio.Task[None]] = []
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            stream = Stream(writer)
            tasks.append(asyncio.create_task(beat(stream, interval, share, kind == "idle", chance)))
            if rate > 0:
                tasks.append(asyncio.create_task(tell(stream, rate, chance)))
            writing.update(tasks)
            while await reader.read(65536):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            pass
        finally:
            for task in tasks:
                task.cancel()
            writing.difference_update(tasks)
            writer.close()

    def fall_silent() -> None:
        for task in writing:
            task.cancel()
        print("truth", Truth.written, Truth.missed, f"{Truth.latest:.3f}", flush=True)

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, fall_silent)
    server = await asyncio.start_server(serve, "0.0.0.0", port, backlog=1024, ssl=context)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
