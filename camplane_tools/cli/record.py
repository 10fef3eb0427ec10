"""`camplane record`: writes down what clients ask, for `camplane compare --from`."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated

import httpx
import typer

from camplane_tools.compare.model import Request
from camplane_tools.compare.sources.recording import line_of
from camplane_tools.compare.sources.tap import Documents, request_of, tap_order
from gateway.cli.output import REFUSED, UNREACHABLE, counted, fail, note
from gateway.cli.rest import DEFAULT_DATA, Data
from gateway.cli.signals import ending
from gateway.launcher.instance import command, load


class RecordingFailedError(Exception):
    """Envoy gives no copies; the text says why."""


def record(
    output: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    seconds: Annotated[float, typer.Option(min=0, help="End after so long; 0: not.")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="End after so many requests.")] = 10_000,
    data: Data = DEFAULT_DATA,
) -> None:
    """Write down the REST requests that reach the gateway, until Ctrl-C, secrets removed.

    Envoy copies them to this command over its admin socket; nothing stands in
    the way of a request, and no secret reaches the disk.
    """
    instance = load(data)
    if instance is None:
        fail(f"no camplane runs on {data}; start one with {command('up', data)}", UNREACHABLE)
    socket = str(Path(instance.run_directory) / "envoy-admin.sock")
    try:
        # Ours alone: what people ask is nobody else's business.
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:

        def keep(request: Request) -> None:
            file.write(line_of(request) + "\n")
            file.flush()

        note(f"recording into {output}; Ctrl-C ends")
        try:
            written, left_out = asyncio.run(_record(socket, keep, limit, seconds))
        except (RecordingFailedError, OSError) as error:
            fail(str(error), REFUSED)
    note(f"{counted(written, 'request')} written; {left_out} left out (gRPC, or larger than 1 MiB)")


async def _record(
    socket: str, keep: Callable[[Request], None], limit: int, seconds: float
) -> tuple[int, int]:
    """Keep requests until told, so many or so long; return how many, and how many not."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in ending():
        loop.add_signal_handler(number, stop.set)
    written = left_out = 0

    async def work() -> None:
        nonlocal written, left_out
        async for request in _requests(socket):
            if request is None:
                left_out += 1
                continue
            keep(request)
            written += 1
            if written == limit:
                return
        raise RecordingFailedError("Envoy ended the recording; it was restarted, or stopped")

    working = asyncio.create_task(work())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait(
        {working, stopping},
        timeout=seconds or None,
        return_when=asyncio.FIRST_COMPLETED,
    )
    if working.done():
        working.result()
    for task in (working, stopping):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    return written, left_out


async def _requests(socket: str) -> AsyncIterator[Request | None]:
    """Yield what Envoy copies; None for what cannot be asked again."""
    transport = httpx.AsyncHTTPTransport(uds=socket)
    documents = Documents()
    try:
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://envoy", timeout=None) as admin,  # noqa: S113 (it waits for traffic)
            admin.stream("POST", "/tap", json=tap_order()) as answer,
        ):
            if answer.status_code != 200:
                said = (await answer.aread()).decode(errors="replace").strip()
                raise RecordingFailedError(f"Envoy does not record: {said}")
            async for piece in answer.aiter_text():
                for document in documents.feed(piece):
                    yield request_of(document)
    except httpx.HTTPError as error:
        raise RecordingFailedError(f"Envoy's admin socket {socket}: {error}") from error
