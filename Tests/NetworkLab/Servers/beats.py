"""Heartbeats of which some are left out, and the truth about them: arguments PORT INTERVAL SHARE [EVENTS].

Each connection has a heartbeat every INTERVAL seconds by deadlines of its own; a share SHARE of them is skipped. EVENTS
a second of all sizes are written among them, by chance, and are no heartbeats. On SIGUSR1 all fall silent, the
connections stay, and it says the truth: heartbeats written after the first of their connection, heartbeats skipped
between two that were written, and by how much of a second the latest came late."""

import asyncio
import random
import signal
import sys

BEAT = b": beat\n\n"


class Truth:
    written = 0
    missed = 0
    latest = 0.0


async def beat(writer: asyncio.StreamWriter, interval: float, share: float, chance: random.Random) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time() + interval * chance.random()
    skipped = 0
    is_first = True
    while True:
        await asyncio.sleep(due - loop.time())
        Truth.latest = max(Truth.latest, loop.time() - due)
        if chance.random() < share:
            skipped += 1
        else:
            writer.write(BEAT)
            if not is_first:
                Truth.written += 1
                Truth.missed += skipped
            is_first = False
            skipped = 0
        due += interval


async def tell(writer: asyncio.StreamWriter, rate: float, chance: random.Random) -> None:
    while True:
        await asyncio.sleep(chance.expovariate(rate))
        writer.write(b"data: " + b"x" * chance.randrange(10, 1000) + b"\n\n")


async def main() -> None:
    port, interval, share = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    rate = float(sys.argv[4]) if len(sys.argv) > 4 else 0
    chance = random.Random(1)
    writing: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks: list[asyncio.Task[None]] = []
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            tasks.append(asyncio.create_task(beat(writer, interval, share, chance)))
            if rate > 0:
                tasks.append(asyncio.create_task(tell(writer, rate, chance)))
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
    server = await asyncio.start_server(serve, "0.0.0.0", port, backlog=1024)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
