"""Well behaved: a stream with a heartbeat (seconds: argument 2) that ends when its client leaves."""

import asyncio
import sys

HEARTBEAT = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0


async def beat(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b": beat\n\n")
        await writer.drain()
        await asyncio.sleep(HEARTBEAT)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    beating = None
    try:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n\n")
        beating = asyncio.create_task(beat(writer))
        while await reader.read(65536):
            pass
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        pass
    finally:
        if beating is not None:
            beating.cancel()
        writer.close()


async def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
