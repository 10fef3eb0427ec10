"""The two sides of a comparison: an implementation in a sandbox or in use, or any server."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlsplit

from camplane_tools.compare import body
from camplane_tools.compare.declared import BEHIND, CAMPLANE, DOMAIN, EITHER, LEGACY, MONOLITH
from camplane_tools.compare.differ import Seen
from camplane_tools.compare.model import OTHER, Answer, Given, Request, Spoilt
from camplane_tools.compare.normalise import RULES, Normaliser, Rule
from camplane_tools.compare.operations import operation_of
from camplane_tools.compare.sender import Sender
from camplane_tools.compare.state.sandbox import Sandbox
from gateway.vocabulary import tools

FORCE = "force_domain"
_PATH = "x-camplane-path"


class SideError(ValueError):
    """What was given for a side names none; the text says what does."""


@dataclass(frozen=True)
class Spec:
    """Which side was asked for. url: empty for the command's own state.

    implementation: empty for a server that is no camplane, or whose split decides.
    """

    name: str
    url: str
    implementation: str

    @property
    def headers(self) -> dict[str, str]:
        """The header by which a camplane knows that a tool asks; any other server gets none."""
        is_camplane = self.implementation or self.name.startswith("gateway@")
        return tools.named("compare") if is_camplane else {}

    def kind(self, before_monolith: bool) -> str:
        """Return what answers here, for the declared differences.

        before_monolith: is a monolith the old side of the camplane that is asked?
        """
        if self.implementation == LEGACY and before_monolith:
            return BEHIND
        if self.name.startswith("gateway@"):
            return EITHER if before_monolith else CAMPLANE
        return self.implementation or MONOLITH


def parse(text: str) -> Spec:
    """Return the side that `text` names: legacy, domain, a URL, or legacy@URL, domain@URL.

    A bare URL is a server of any kind; gateway@URL another camplane, answered as it is split.
    """
    if text in (LEGACY, DOMAIN):
        return Spec(text, "", text)
    who, at, url = text.partition("@") if not text.startswith("http") else ("", "", text)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise SideError(
            f"{text!r} is no side: give legacy, domain, http://host:port, "
            "or legacy@, domain@ or gateway@ before such a URL"
        )
    if at and who not in (LEGACY, DOMAIN, "gateway"):
        raise SideError(f"{text!r}: before @ stands legacy, domain or gateway")
    if parts.username or parts.password:
        raise SideError("a URL with a password in it would be printed; give --header-from instead")
    return Spec(text, url, who if who in (LEGACY, DOMAIN) else "")


class Side(Protocol):
    """What the runner asks."""

    spec: Spec

    def kind(self, request: Request) -> str: ...
    async def lay(self, given: Given, spoilt: Spoilt) -> None: ...
    async def ask(self, request: Request) -> Answer: ...
    def see(self, request: Request, answer: Answer) -> Seen: ...


class HttpSide:
    """A side that is asked over HTTP.

    sandbox: its state, when that is ours. kind: what answers, where that is not plain
    from `spec`. rules: what may differ by chance. given_ids: of rules that both sides have.
    """

    def __init__(
        self,
        spec: Spec,
        sender: Sender,
        sandbox: Sandbox | None = None,
        kind: str = "",
        rules: tuple[Rule, ...] = RULES,
        given_ids: frozenset[int] = frozenset(),
    ) -> None:
        self.spec = spec
        self.sandbox = sandbox
        self._kind = kind or spec.kind(before_monolith=False)
        self._sender = sender
        texts = sandbox.texts if sandbox else {}
        given = sandbox.rule_ids if sandbox else given_ids
        self._normaliser = Normaliser(texts, datetime.now(UTC), rules, given)

    def kind(self, request: Request) -> str:
        """Return what answers; one who chooses by itself may get domain before a monolith, too."""
        chooses = FORCE in request.target
        return EITHER if self._kind == BEHIND and chooses else self._kind

    async def lay(self, given: Given, spoilt: Spoilt) -> None:
        """Bring the state back to what is given, if it is ours."""
        self._normaliser.forget()
        if self.sandbox is not None:
            await self.sandbox.lay(given, spoilt)

    async def ask(self, request: Request) -> Answer:
        return await self._sender.send(forced(request, self._answers(request)))

    def see(self, request: Request, answer: Answer) -> Seen:
        """Return the answer as it is compared."""
        read = body.read(answer)
        value = self._normaliser.value(operation_of(request), read.value)
        headers = {
            # A Location is the same with the server's own address and without it.
            name: self._normaliser.header(text).replace(self._sender.url, "")
            for name, text in answer.headers.items()
        }
        if _PATH in headers and FORCE not in request.target:
            wanted = self._answers(request)
            # Of one that is asked as it is split, either answers.
            if not wanted or headers[_PATH] == wanted:
                headers[_PATH] = "{ASKED}"
        return Seen(answer.status, headers, body.Body(read.kind, value, read.loose), answer.problem)

    def _answers(self, request: Request) -> str:
        own = self.spec.implementation
        if request.via == OTHER and own:
            return LEGACY if own == DOMAIN else DOMAIN
        return own


def forced(request: Request, implementation: str) -> Request:
    """Return the request as that implementation is asked; one that chooses itself stays."""
    if not implementation or FORCE in request.target:
        return request
    joint = "&" if "?" in request.target else "?"
    switch = "true" if implementation == DOMAIN else "false"
    target = f"{request.target}{joint}{FORCE}={switch}"
    return Request(request.method, target, request.body, request.headers, events=request.events)
