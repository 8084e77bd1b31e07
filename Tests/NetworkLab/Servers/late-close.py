"""Well behaved, but slow: closes a connection some time (seconds: argument 2) after its client has left."""

import asyncio
import sys

DELAY = float(sys.argv[2]) if len(sys.argv) > 2 else 0.6


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while await reader.read(65536):
            pass
        await asyncio.sleep(DELAY)
    except ConnectionError:
        pass
    finally:
        writer.close()


async def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=1024)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
