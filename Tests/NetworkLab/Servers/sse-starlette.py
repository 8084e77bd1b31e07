"""uvicorn with sse-starlette, well behaved: a stream with a ping every second that ends with its client. Argument PORT."""

import asyncio
import socket
import sys

import uvicorn
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.routing import Route


async def events(request):
    async def stream():
        yield {"data": "hello"}
        await asyncio.Event().wait()

    return EventSourceResponse(stream(), ping=1)


def main() -> None:
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1024)
    print("listening", listener.getsockname()[1], flush=True)
    config = uvicorn.Config(Starlette(routes=[Route("/events", events)]), lifespan="off", log_level="warning")
    uvicorn.Server(config).run(sockets=[listener])


main()
