"""Sends requests as they are written, and brings back whatever came, whole or not."""

import asyncio
import time
from types import TracebackType
from urllib.parse import urlsplit

import httpx

from camplane_tools.compare.model import Answer, Request
from camplane_tools.compare.operations import is_read

MAX_BYTES = 16 * 1024 * 1024
DEFAULT_SECONDS = 40.0


class Sender:
    """Requests to one server, over connections that are kept.

    url: where it listens; a path in it stands before every target. headers:
    added to every request. seconds: for one whole answer.
    """

    def __init__(
        self,
        url: str,
        headers: dict[str, str] | None = None,
        seconds: float = DEFAULT_SECONDS,
        most_bytes: int = MAX_BYTES,
    ) -> None:
        self.url = url.rstrip("/")
        self._prefix = urlsplit(url).path.rstrip("/")
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"accept": "*/*", "accept-encoding": "identity", **(headers or {})},
            timeout=httpx.Timeout(seconds),
            trust_env=False,
            follow_redirects=False,
        )

    async def __aenter__(self) -> "Sender":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def send(self, request: Request) -> Answer:
        """Return the answer, or what became of it; raises nothing that a server causes."""
        began = time.perf_counter()
        answer = Answer(0, {}, b"")
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._ask(request)
        except TimeoutError:
            answer = _broken(answer, f"no answer within {self._seconds:g} s")
        except httpx.HTTPError as error:
            answer = _broken(answer, _cause(error, self._seconds))
        except (httpx.InvalidURL, ValueError) as error:
            answer = _broken(answer, f"cannot be sent: {error}")
        took = (time.perf_counter() - began) * 1000
        return Answer(answer.status, answer.headers, answer.body, answer.problem, round(took, 1))

    async def _ask(self, request: Request) -> Answer:
        # The target goes out as it is: ".." and "%2e" are what is tested.
        target = (self._prefix + request.target).encode("latin-1", "replace")
        asked = self._client.build_request(
            request.method,
            "/",
            content=request.body,
            headers=dict(request.headers),
            extensions={"target": target, "timeout": httpx.Timeout(self._seconds).as_dict()},
        )
        response = await self._begun(asked, is_read(request))
        headers = {name.lower(): value for name, value in response.headers.items()}
        try:
            body, problem = await self._read(response, request.events)
        except httpx.HTTPError as error:
            body, problem = b"", _cause(error, self._seconds)
        finally:
            await response.aclose()
        return Answer(response.status_code, headers, body, problem)

    async def _begun(self, asked: httpx.Request, is_read: bool) -> httpx.Response:
        """Return the answer as it begins.

        A server may close a connection that is kept just when it is used again, as uvicorn
        does after every fault; what changes nothing is sent once more then.
        """
        try:
            return await self._client.send(asked, stream=True)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            if not is_read:
                raise
            return await self._client.send(asked, stream=True)

    async def _read(self, response: httpx.Response, events: int) -> tuple[bytes, str]:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self._most_bytes:
                return b"", f"larger than {self._most_bytes // (1024 * 1024)} MiB"
            if events and response.is_success and body.count(b"\n\n") >= events:
                return b"\n\n".join(bytes(body).split(b"\n\n")[:events]) + b"\n\n", ""
        return bytes(body), ""


def _broken(answer: Answer, problem: str) -> Answer:
    return Answer(answer.status, answer.headers, b"", problem)


def _cause(error: httpx.HTTPError, seconds: float) -> str:
    """Say in words what went wrong; never with the request, which may hold secrets."""
    if isinstance(error, httpx.TimeoutException):
        return f"no answer within {seconds:g} s"
    if isinstance(error, httpx.ConnectError):
        return "the connection was refused"
    if isinstance(error, httpx.DecodingError):
        return "the content coding is broken"
    if isinstance(error, httpx.RemoteProtocolError):
        return f"the answer breaks off or is no HTTP: {error}"
    return f"the connection broke: {type(error).__name__}"
