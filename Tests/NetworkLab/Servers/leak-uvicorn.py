"""Leaks: the application answers a POST with a stream and never receives the body. uvicorn stops reading when it
holds 64 KiB of body, so it never reads the end of the stream either."""

import asyncio
import socket
import sys

import uvicorn


async def app(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    await send({"type": "http.response.body", "body": b": hello\n\n", "more_body": True})
    await asyncio.Event().wait()  # receive(), until "http.disconnect", is what is missing.


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    listener = socket.create_server(("127.0.0.1", port))
    print("listening", listener.getsockname()[1], flush=True)
    config = uvicorn.Config(app, lifespan="off", log_level="warning")
    uvicorn.Server(config).run(sockets=[listener])


main()
