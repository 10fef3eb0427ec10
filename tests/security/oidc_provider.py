"""An OpenID Connect provider on a port of its own: people log in with a password, in a browser.

It holds its clients to all that the protocol says: their secret, the address that they come back
to, a code that is good once, and PKCE. It keeps people logged in, and renews tokens.
"""

import base64
import contextlib
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import urlencode

import uvicorn
from fastapi import Cookie, FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "camplane-page", "s3cret-of-the-client"
PASSWORD = "open-sesame"
SECONDS = 300
FORM = """<!doctype html><title>Log in</title><form method="post">
<label>Name <input name="name"></label>
<label>Password <input name="password" type="password"></label>
<button>Continue</button></form>"""


class Provider:
    """What the provider knows. people: claims by name; renewed: how often it renewed tokens."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.people: dict[str, dict[str, Any]] = {}
        self.back_to: set[str] = set()
        self.renewed = 0
        self._key = RSAKey.generate_key(2048, {"alg": "RS256", "use": "sig"}, auto_kid=True)
        self._sessions: dict[str, str] = {}
        self._codes: dict[str, dict[str, str]] = {}
        self._refreshing: dict[str, str] = {}

    def keys(self) -> dict[str, Any]:
        return dict(KeySet([self._key]).as_dict(private=False))

    def asked(self, query: dict[str, str]) -> None:
        """Raise unless a client of ours asks, to come back where it said that it would."""
        of_client = (query.get("client_id"), query.get("response_type")) == (CLIENT, "code")
        if not of_client or query.get("redirect_uri") not in self.back_to:
            raise HTTPException(400, "who asks?")
        if query.get("code_challenge_method") != "S256" or "openid" not in query["scope"].split():
            raise HTTPException(400, "PKCE and the scope openid are needed")

    def session(self, name: str, password: str) -> str:
        if name not in self.people or password != PASSWORD:
            raise HTTPException(403, "wrong name or password")
        self._sessions[made := secrets.token_urlsafe()] = name
        return made

    def back(self, query: dict[str, str], session: str) -> str | None:
        """Return where to send who is logged in; None for who is not."""
        if session not in self._sessions:
            return None
        self._codes[code := secrets.token_urlsafe()] = {**query, "name": self._sessions[session]}
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def exchanged(self, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        """Return the tokens for a code, which is good once."""
        asked = self._codes.pop(code, None)
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or (asked["redirect_uri"], asked["code_challenge"]) != (
            *(redirect_uri, challenge),
        ):
            raise HTTPException(400, {"error": "invalid_grant"})
        return self._tokens(asked["name"])

    def refreshed(self, refresh_token: str) -> dict[str, Any]:
        if refresh_token not in self._refreshing:
            raise HTTPException(400, {"error": "invalid_grant"})
        self.renewed += 1
        return self._tokens(self._refreshing.pop(refresh_token))

    def _tokens(self, name: str) -> dict[str, Any]:
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": name, "aud": CLIENT, "iat": now, "exp": now + SECONDS}
        claims |= {"jti": secrets.token_hex(8), **self.people[name]}
        id_token = jwt.encode({"alg": "RS256", "kid": self._key.kid}, claims, self._key)
        self._refreshing[refresh := secrets.token_urlsafe()] = name
        return {
            "access_token": secrets.token_urlsafe(),
            "token_type": "Bearer",
            "expires_in": SECONDS,
            "refresh_token": refresh,
            "id_token": id_token,
        }


def _app(provider: Provider) -> FastAPI:
    app = FastAPI()

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return provider.keys()

    @app.get("/authorize")
    def authorize(request: Request, session: Annotated[str, Cookie()] = "") -> Response:
        query = dict(request.query_params)
        provider.asked(query)
        back = provider.back(query, session)
        return RedirectResponse(back, 302) if back else HTMLResponse(FORM)

    @app.post("/authorize")
    def log_in(
        request: Request, name: Annotated[str, Form()], password: Annotated[str, Form()]
    ) -> Response:
        query = dict(request.query_params)
        provider.asked(query)
        session = provider.session(name, password)
        answer = RedirectResponse(provider.back(query, session) or "", 302)
        answer.set_cookie("session", session, httponly=True, samesite="lax")
        return answer

    @app.post("/token")
    async def token(request: Request) -> dict[str, Any]:
        said = {key: str(value) for key, value in (await request.form()).items()}
        if (said.get("client_id"), said.get("client_secret")) != (CLIENT, SECRET):
            raise HTTPException(401, {"error": "invalid_client"})
        if said.get("grant_type") == "refresh_token":
            return provider.refreshed(said["refresh_token"])
        return provider.exchanged(said["code"], said["redirect_uri"], said["code_verifier"])

    return app


@contextlib.contextmanager
def serving() -> Iterator[Provider]:
    """Run a provider beside the tests."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        provider = Provider(f"http://localhost:{listening.getsockname()[1]}")
        config = uvicorn.Config(_app(provider), log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield provider
        finally:
            server.should_exit = True
            thread.join()
