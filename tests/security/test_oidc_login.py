"""The page's login at an OIDC provider: in a real browser, over TLS, with the roles it says."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from gateway.tls.self_signed import self_signed
from tests.e2e.browser import launched, needs_chromium
from tests.e2e.command_line import Up, ending, run, until
from tests.security.guarded import bearer
from tests.security.oidc_provider import CLIENT, PASSWORD, SECRET, Provider, serving

IN_FORCE_SECONDS = 2.0
CONFIGURATION = """
gateway: {{tls: {{certificate: certificate.pem, key: key.pem}}}}
access:
  mode: on
  issuers:
    - issuer: {issuer}
      audience: camplane
      jwks_url: {issuer}/keys
      roles_claim: [realm_access, roles]
      login:
        client_id: {client}
        client_secret_env: SECRET_OF_THE_PAGE
        authorization_endpoint: {issuer}/authorize
        token_endpoint: {issuer}/token
"""


class Door:
    """A camplane with TLS, whose page logs in at a provider."""

    def __init__(self, up: Up, provider: Provider) -> None:
        self.up = up
        self.provider = provider
        self.url = f"https://localhost:{httpx.URL(up.instance['public_url']).port}"
        provider.back_to.add(f"{self.url}/ui/oidc/callback")
        provider.people["olga"] = {"realm_access": {"roles": ["operator"]}}
        provider.people["nils"] = {}

    def client(self) -> httpx.Client:
        """Return a browser without scripts: it keeps cookies and follows where it is sent."""
        return httpx.Client(
            base_url=self.url, verify=False, trust_env=False, timeout=20, follow_redirects=True
        )

    def logged_in(self, name: str) -> httpx.Client:
        client = self.client()
        form = client.get("/ui/oidc")
        said = {"name": name, "password": PASSWORD}
        page = client.post(str(form.url), data=said)
        assert (page.status_code, page.url.path) == (200, "/ui"), page.text
        return client


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("oidc")
    self_signed(folder, [])
    with serving() as provider, ending(folder) as start:
        text = CONFIGURATION.format(issuer=provider.issuer, client=CLIENT)
        (folder / "camplane.yaml").write_text(text)
        config = ("--config", str(folder / "camplane.yaml"))
        yield Door(start(*config, SECRET_OF_THE_PAGE=SECRET), provider)


def log_in(page: Page, door: Door, name: str) -> None:
    page.goto(f"{door.url}/ui")
    page.get_by_role("button", name="Log in at localhost").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{door.url}/ui")


def token_of(context: BrowserContext) -> str:
    found = [one for one in context.cookies() if one["name"] == "camplane-token"]
    return found[0]["value"] if found else ""


@needs_chromium
def test_who_logs_in_at_the_provider_may_what_its_roles_allow(door: Door) -> None:
    """No script reads a cookie of it, no other site sends one; logged out, nothing is left."""
    with launched("--ignore-certificate-errors") as new_context:
        context = new_context(locale="en-US")
        page = context.new_page()
        log_in(page, door, "olga")
        page.get_by_text("olga: operator").wait_for()
        page.locator("#connection[data-state=live]").wait_for()
        assert page.locator("#alarm p").count() == 0
        assert page.evaluate("document.cookie") == ""
        cookies = [one for one in context.cookies() if one["name"].startswith("camplane-")]
        assert {one["name"]: one["path"] for one in cookies if one["path"] != "/ui/oidc"} == {
            "camplane-token": "/"
        }
        assert {(one["httpOnly"], one["secure"]) for one in cookies} == {(True, True)}
        kinds = {one["name"] == "camplane-token": one["sameSite"] for one in cookies}
        assert kinds == {True: "Strict", False: "Lax"}
        page.get_by_role("button", name="Log out").click()
        page.get_by_label("Token").wait_for()
        names = {one["name"] for one in context.cookies()}
        assert not [name for name in names if name.startswith("camplane-")]


@needs_chromium
def test_a_token_that_has_ended_is_renewed_and_one_stays_where_one_is(door: Door) -> None:
    """The page goes on by itself: it asks nobody anything, and is not loaded again."""
    before = door.provider.renewed
    with launched("--ignore-certificate-errors") as new_context:
        context = new_context(locale="en-US")
        page = context.new_page()
        log_in(page, door, "olga")
        page.get_by_text("olga: operator").wait_for()
        page.evaluate("window.stays = true")
        first = token_of(context)
        # As a browser does with them when their time has come.
        context.clear_cookies(name=re.compile("camplane-(token|oidc-(hmac|expires|access))"))
        until(lambda: token_of(context), 20, "it is renewed")
        assert token_of(context) != first
        assert door.provider.renewed == before + 1
        assert page.evaluate("window.stays") is True
        expect(page.get_by_label("Token")).to_have_count(0)


def test_who_has_no_role_there_is_told_so(door: Door) -> None:
    answer = door.logged_in("nils").get("/api/v1/rollouts")
    assert (answer.status_code, "needs the role viewer" in answer.json()["detail"]) == (403, True)


def test_a_program_is_led_nowhere_and_sends_the_same_tokens(door: Door) -> None:
    """Without a token 401 as ever; a token of the login is one like any other."""
    with door.client() as program:
        refused = program.get("/api/v1/cameras", follow_redirects=False)
        assert (refused.status_code, "set-cookie" in refused.headers) == (401, False)
        token = door.logged_in("olga").cookies["camplane-token"]
        assert program.get("/api/v1/cameras", headers=bearer(token)).status_code == 200
        releaser = {"reason": "to see", "weight": 1}
        path = "/api/v1/rollouts/alert/weight"
        answer = program.put(path, json=releaser, headers=bearer(token))
        assert (answer.status_code, "olga" in answer.json()["detail"]) == (403, True)


def test_a_token_is_renewed_wherever_the_cookies_stand(door: Door) -> None:
    """Envoy writes them in another order each time; the page's own may have ended, or not."""
    client, before = door.logged_in("olga"), door.provider.renewed
    tokens = {client.cookies["camplane-token"]}
    for _ in range(10):
        client.cookies.delete("camplane-oidc-hmac")
        assert client.get("/ui/oidc").url.path == "/ui"
        assert client.get("/ui/identity").json()["subject"] == "olga"
        tokens.add(client.cookies["camplane-token"])
    assert (len(tokens), door.provider.renewed - before) == (11, 10)


@pytest.mark.timeout(60)
def test_a_stream_ends_with_the_token_of_the_provider(door: Door) -> None:
    """On both sides, at the end that the provider says, and at most two seconds later."""
    roles = {"realm_access": {"roles": ["operator"]}}
    path = "/api/v1/cameras/gate/logs/stream?force_domain="
    for side in ("true", "false"):
        ends = int(time.time()) + 5
        door.provider.people["otto"] = {**roles, "exp": ends}
        client = door.logged_in("otto")
        with client.stream("GET", f"{path}{side}", timeout=30) as answer:
            assert answer.status_code == 200
            answer.read()
        assert ends <= time.time() <= ends + IN_FORCE_SECONDS


def test_a_code_that_was_not_asked_for_logs_nobody_in(door: Door) -> None:
    """Neither a stranger's answer of the provider, nor the same one twice; each in words."""
    with door.client() as victim, door.client() as stranger:
        asked = stranger.get("/ui/oidc", follow_redirects=False).headers["location"]
        said = {"name": "olga", "password": PASSWORD}
        back = httpx.post(asked, data=said, trust_env=False).headers["location"]
        refused = victim.get(back, follow_redirects=False)
        assert stranger.get(back, follow_redirects=False).status_code == 302
        again = stranger.get(back, follow_redirects=False)
        for answer in (refused, again):
            assert answer.status_code == 401
            assert "nobody was logged in" in answer.json()["detail"]
        assert not victim.cookies


def test_the_clients_secret_is_for_envoy_alone(door: Door) -> None:
    """In one file, its owner's, and in no log, answer or command line."""
    holding = []
    for path in door.up.data.rglob("*"):
        if path.is_file() and SECRET.encode() in path.read_bytes():
            holding.append(path.relative_to(door.up.data).as_posix())
            assert path.stat().st_mode & 0o077 == 0
    assert holding == ["envoy/oidc-client.json"]
    for name, pid in door.up.pids.items():
        assert SECRET.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
        if name != "envoy":
            assert SECRET.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
    told = door.client().get("/ui/login").json()
    assert told == {"provider": "localhost"}
    topology = json.loads((door.up.data / "envoy" / "topology.json").read_text())
    assert topology["access"]["issuers"][0]["login"]["secret_env"] == "SECRET_OF_THE_PAGE"


def test_without_the_clients_secret_it_does_not_start(tmp_path: Path) -> None:
    """And says where it was looked for."""
    self_signed(tmp_path, [])
    text = CONFIGURATION.format(issuer="http://localhost:1", client=CLIENT)
    (tmp_path / "camplane.yaml").write_text(text)
    data = str(tmp_path / "data")
    done = run("up", "--port", "0", "--data", data, "--config", str(tmp_path / "camplane.yaml"))
    assert (done.returncode, "the variable SECRET_OF_THE_PAGE holds no secret" in done.stderr) == (
        *(1, True),
    )
