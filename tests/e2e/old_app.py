"""An old server to stand behind camplane: FastAPI on uvicorn, on a port of its own."""

import asyncio
import contextlib
import hashlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator

import uvicorn
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import StreamingResponse

OLD_STREAM = {"cache-control": "no-store", "x-accel-buffering": "no"}


class Bells:
    """What long polls and streams wait for: a word, sent to who waits by that name."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[str]] = {}

    async def heard(self, name: str) -> str:
        self._waiting[name] = asyncio.get_running_loop().create_future()
        return await self._waiting[name]

    def ring(self, name: str, word: str) -> bool:
        """Tell who waits by this name; return whether there was one."""
        waiting = self._waiting.pop(name, None)
        if waiting is not None:
            waiting.set_result(word)
        return waiting is not None


def old_app() -> FastAPI:
    """Return the server's application."""
    app, bells = FastAPI(), Bells()

    @app.get("/api/ping")
    def ping() -> dict[str, str]:
        return {"message": "pong"}

    @app.get("/api/v1/cameras")
    def cameras() -> dict[str, str]:
        return {"cameras": "the old server's"}

    @app.post("/api/v1/alerts/rules")
    async def rules(request: Request) -> dict[str, object]:
        return {"ok": True, "id": 7, "written": await request.json()}

    @app.get("/old/client")
    def client(request: Request) -> dict[str, object]:
        sent = {name: value for name, value in request.headers.items() if name.startswith("x-forw")}
        return {"scheme": request.url.scheme, "client": request.client.host, "forwarded": sent}

    @app.post("/old/upload")
    async def upload(request: Request) -> dict[str, object]:
        digest, size = hashlib.sha256(), 0
        async for part in request.stream():
            digest.update(part)
            size += len(part)
        return {"size": size, "sha256": digest.hexdigest()}

    @app.get("/old/poll/{name}")
    async def poll(name: str) -> dict[str, str]:
        return {"heard": await bells.heard(name)}

    @app.post("/old/bells/{name}/{word}")
    async def ring(name: str, word: str) -> dict[str, bool]:
        return {"heard": bells.ring(name, word)}

    @app.get("/old/events/{name}")
    def events(name: str) -> StreamingResponse:
        async def told() -> AsyncIterator[str]:
            yield "data: open\n\n"
            while True:
                yield f"data: {await bells.heard(name)}\n\n"

        return StreamingResponse(told(), media_type="text/event-stream", headers=OLD_STREAM)

    @app.websocket("/old/socket")
    async def talk(ws: WebSocket) -> None:
        await ws.accept()
        async for text in ws.iter_text():
            if text == "enough":
                await ws.close(4001, "as you like")
                return
            await ws.send_text(f"heard {text}")

    return app


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Serve it from a thread; give host:port."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    # Believes what a peer on this machine says of the client, as it does by default.
    config = uvicorn.Config(old_app(), log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
        listening.close()
