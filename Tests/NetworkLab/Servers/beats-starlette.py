"""The same as beats.py with uvicorn and sse-starlette: arguments PORT INTERVAL SHARE [EVENTS]."""

import asyncio
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator

import uvicorn
from sse_starlette.sse import EventSourceResponse


class Truth:
    written = 0
    missed = 0
    latest = 0.0
    is_silent = False


INTERVAL, SHARE = float(sys.argv[2]), float(sys.argv[3])
RATE = float(sys.argv[4]) if len(sys.argv) > 4 else 0


async def stream() -> AsyncIterator[dict[str, str]]:
    loop = asyncio.get_running_loop()
    due = loop.time() + INTERVAL * random.random()
    event = loop.time() + random.expovariate(RATE) if RATE > 0 else float("inf")
    skipped = 0
    is_first = True
    while True:
        await asyncio.sleep(min(due, event) - loop.time())
        if Truth.is_silent:
            await asyncio.Event().wait()
        if event < due:
            event = loop.time() + random.expovariate(RATE)
            yield {"data": "x" * random.randrange(10, 1000)}
            continue
        Truth.latest = max(Truth.latest, loop.time() - due)
        due += INTERVAL
        if random.random() < SHARE:
            skipped += 1
            continue
        if not is_first:
            Truth.written += 1
            Truth.missed += skipped
        is_first = False
        skipped = 0
        yield {"comment": "beat"}


async def app(scope, receive, send) -> None:
    # Its own ping would be a second kind of heartbeat.
    await EventSourceResponse(stream(), ping=3600)(scope, receive, send)


def fall_silent() -> None:
    Truth.is_silent = True
    print("truth", Truth.written, Truth.missed, f"{Truth.latest:.3f}", flush=True)


async def main() -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, fall_silent)
    listener = socket.create_server(("0.0.0.0", int(sys.argv[1])), backlog=1024)
    print("listening", listener.getsockname()[1], flush=True)
    config = uvicorn.Config(app, lifespan="off", log_level="warning", backlog=1024)
    await uvicorn.Server(config).serve(sockets=[listener])


asyncio.run(main())
