"""A server whose own number is late: arguments LAG COUNT SWING PERIOD. Connections come and go all the time, COUNT of them
give or take SWING, up and down in PERIOD seconds. What the server says in JSON of how many are active was true LAG
seconds ago."""

import asyncio
import collections
import json
import sys
import time


async def main() -> None:
    lag, count, swing, period = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    active = 0
    history = collections.deque([(0.0, 0)])

    def change(difference: int) -> None:
        nonlocal active
        active += difference
        history.append((time.monotonic(), active))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        change(1)
        try:
            await reader.read()
        finally:
            writer.close()
            change(-1)

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        while len(history) > 1 and history[1][0] <= time.monotonic() - lag:
            history.popleft()
        body = json.dumps({"active_connections": history[0][1]}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    says = await asyncio.start_server(say, "127.0.0.1", 0)
    print("listening", port, flush=True)
    print("says", says.sockets[0].getsockname()[1], flush=True)
    clients: collections.deque[asyncio.StreamWriter] = collections.deque()
    while True:
        # A triangle between -1 and 1.
        phase = time.monotonic() / period % 1
        wanted = count + round(swing * (4 * abs(phase - 0.5) - 1))
        if clients:
            clients.popleft().close()
        while len(clients) > wanted:
            clients.popleft().close()
        while len(clients) < wanted:
            clients.append((await asyncio.open_connection("127.0.0.1", port))[1])
        await asyncio.sleep(0.02)


asyncio.run(main())
