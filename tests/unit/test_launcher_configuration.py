"""What `camplane up` can be told in a file."""

from pathlib import Path
from typing import Any

import pytest

from gateway.launcher.configuration import (
    Configuration,
    ConfigurationError,
    parse_configuration,
)
from gateway.proxy.topology import Issuer, Login

FOLDER = Path("/etc/camplane")


def issuer(**changed: Any) -> dict[str, Any]:
    return {"issuer": "a", "audience": "b", "jwks_url": "https://a/keys", **changed}


def login(**changed: Any) -> dict[str, Any]:
    return {
        "client_id": "page",
        "client_secret_file": "secret.txt",
        "authorization_endpoint": "https://a/authorize",
        "token_endpoint": "https://a/token",
        **changed,
    }


def coming(*certificates: dict[str, Any]) -> dict[str, Any]:
    return {"access": {"certificates": list(certificates)}}


TLS = {"certificate": "c.pem", "key": "k.pem"}


def logging_in(said: dict[str, Any]) -> dict[str, Any]:
    return {"access": {"issuers": [issuer(login=said)]}}


def test_a_file_that_says_nothing_leaves_the_defaults() -> None:
    assert parse_configuration({}, FOLDER) == Configuration()


def test_every_key_has_its_place() -> None:
    data = {
        "legacy": {
            "http": "monolith:8000",
            "limits": {"request_seconds": 0},
            "lock_writes": False,
        },
        "cameras": {
            "file": "config/cameras.yaml",
            "schemes": ["rtsp", "file"],
            "file_roots": ["videos", "/srv/videos"],
            "networks": {"allow": ["10.0.0.0/8", "fd00::/8"], "deny": [], "loopback": True},
            "entry_bytes": 2000,
            "entry_keys": 12,
        },
        "webhooks": {"networks": {"deny": ["127.0.0.0/8"]}, "secret_env": ["HOOK_*"]},
        "worker": {"command": "detector {camera_id}", "env": {"allow": ["MODEL", "GPU_*"]}},
        "databases": {"camera": "sqlite:////srv/c.db", "alert": "postgresql://h/a"},
        "telemetry": {"otlp_endpoint": "http://[::1]:4317/"},
        "gateway": {
            "cors_origins": ["https://.*"],
            "hosts": ["cams.example", "*.example"],
            "trusted_proxies": ["10.0.0.7", "fd00::/8"],
            "limits": {"timeout_seconds": 2.5},
        },
        "access": {
            "mode": "shadow",
            "pass_through": "required",
            "issuers": [
                {
                    "issuer": "https://id.example",
                    "audience": "camplane",
                    "jwks_url": "https://id.example/keys",
                    "roles_claim": ["realm_access", "roles"],
                    "login": login(scopes=["openid", "roles"], token="access"),
                }
            ],
        },
    }
    assert parse_configuration(data, FOLDER) == Configuration(
        old_http="monolith:8000",
        old_limits={"request_seconds": 0},
        lock_old_writes=False,
        cameras_file=FOLDER / "config" / "cameras.yaml",
        worker_command="detector {camera_id}",
        worker_env="MODEL,GPU_*",
        camera_schemes="rtsp,file",
        camera_file_roots=f"{FOLDER / 'videos'}:/srv/videos",
        camera_networks={"allow": "10.0.0.0/8,fd00::/8", "deny": ",", "loopback": "true"},
        camera_entry_bytes=2000.0,
        camera_entry_keys=12.0,
        webhook_networks={"deny": "127.0.0.0/8"},
        webhook_secrets="HOOK_*",
        camera_database="sqlite:////srv/c.db",
        alert_database="postgresql://h/a",
        otlp_endpoint="[::1]:4317",
        cors_origins=("https://.*",),
        hosts=("cams.example", "*.example"),
        trusted_proxies=("10.0.0.7", "fd00::/8"),
        limits={"timeout_seconds": 2.5},
        access_mode="shadow",
        access_pass_through="required",
        issuers=(
            Issuer(
                "https://id.example",
                "camplane",
                "https://id.example/keys",
                roles_claim=("realm_access", "roles"),
                login=Login(
                    client_id="page",
                    authorization_endpoint="https://a/authorize",
                    token_endpoint="https://a/token",
                    secret_file=str(FOLDER / "secret.txt"),
                    scopes=("openid", "roles"),
                    token="access",
                ),
            ),
        ),
    )


@pytest.mark.parametrize(("said", "mode"), [(True, "on"), (False, "off"), ("on", "on")])
def test_yamls_on_and_off_are_modes(said: Any, mode: str) -> None:
    assert parse_configuration({"access": {"mode": said}}, FOLDER).access_mode == mode


@pytest.mark.parametrize("text", ["127.0.0.1:80", "http://127.0.0.1:80", "http://127.0.0.1:80/"])
def test_a_url_of_the_old_server_is_taken_for_its_host_and_port(text: str) -> None:
    assert parse_configuration({"legacy": {"http": text}}, FOLDER).old_http == "127.0.0.1:80"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (["a list"], "must be a mapping"),
        ({"legacy": "h:1"}, "legacy must be a mapping"),
        ({"legacy": {"https": "h:1"}}, "unknown key legacy.https; there are http, limits"),
        ({"legacy": {"lock_writes": "yes"}}, "legacy.lock_writes must be true or false"),
        ({"legacy": {"http": "https://h:1"}}, "is no host:port"),
        ({"legacy": {"http": "http://h:1/api"}}, "is no host:port"),
        ({"legacy": {"http": "h"}}, "is no host:port"),
        ({"legacy": {"http": 8000}}, "legacy.http must be a non-empty string"),
        ({"legacy": {"limits": {"idle_seconds": -1}}}, "legacy.limits must hold numbers of 0"),
        ({"telemetry": {"otlp_endpoint": "unix:/x"}}, "telemetry.otlp_endpoint: 'unix:/x'"),
        ({"gateway": {"limits": {"timeout_seconds": -5}}}, "numbers above 0"),
        ({"gateway": {"limits": {"connections": True}}}, "numbers above 0"),
        ({"gateway": {"cors_origins": "x"}}, "list of regular expressions"),
        ({"gateway": {"cors_origins": ["("]}}, "gateway.cors_origins: '(' is malformed"),
        ({"gateway": {"trusted_proxies": "10.0.0.7"}}, "list of addresses and networks"),
        ({"gateway": {"trusted_proxies": ["proxy"]}}, "gateway.trusted_proxies: 'proxy'"),
        ({"gateway": {"trusted_proxies": ["10.0.0.7/8"]}}, "give 10.0.0.7 or 10.0.0.0/8"),
        ({"gateway": {"hosts": ["a:80"]}}, "'a:80' is no name"),
        ({"gateway": {"hosts": "a"}}, "gateway.hosts must be a list"),
        ({"worker": {"env": ["A"]}}, "worker.env must be a mapping"),
        ({"worker": {"env": {"deny": []}}}, "worker.env must hold `allow`"),
        ({"worker": {"env": {"allow": ["A B"]}}}, "'A B' is no name"),
        ({"access": {"mode": "maybe"}}, "access.mode must be one of off, shadow, on"),
        ({"access": {"pass_through": "shut"}}, "access.pass_through must be one of open, required"),
        ({"access": {"issuers": {}}}, "access.issuers: give a list"),
        ({"access": {"issuers": [{"url": "x"}]}}, "roles_claim, cameras_claim, login, not url"),
        ({"access": {"issuers": [{"issuer": "a"}]}}, "give jwks_url or jwks_file"),
        ({"access": {"issuers": [issuer(jwks_url="ftp://x")]}}, "'ftp://x' is no URL"),
        ({"access": {"issuers": [issuer(jwks_url="http://a/keys")]}}, "must be https"),
        ({"access": {"issuers": [issuer(audience="")]}}, "audience must be a text"),
        ({"access": {"issuers": [issuer(roles_claim=[])]}}, "roles_claim must be a name"),
        ({"access": {"issuers": [issuer(roles_claim="a:b")]}}, "roles_claim must be a name"),
        ({"access": {"issuers": [issuer(cameras_claim=5)]}}, "cameras_claim must be a name"),
        ({"access": {"issuers": [issuer(issuer="camplane")]}}, "none 'camplane'"),
        ({"access": {"issuers": [issuer(), issuer()]}}, "each issuer is named once"),
        (
            {"access": {"issuers": [issuer(jwks_url="", jwks_file="none.json")]}},
            "jwks_file none.json cannot be read",
        ),
        (logging_in(login(secret="x")), "login is a mapping of client_id, client_secret_env"),
        (logging_in(login(client_secret_env="X")), "client_secret_env or client_secret_file"),
        (logging_in(login(client_id=None)), "client_id must be a text"),
        (logging_in(login(token_endpoint="http://a/token")), "login.token_endpoint must be https"),
        (logging_in(login(authorization_endpoint="a")), "authorization_endpoint 'a' is no URL"),
        (logging_in(login(scopes=["email"])), "a list, with openid in it"),
        (logging_in(login(scopes=["openid", "a b"])), "texts without blanks"),
        (logging_in(login(token="refresh")), "login.token is id or access"),
        (
            {"access": {"issuers": [issuer(login=login()), issuer(issuer="c", login=login())]}},
            "the page logs in at one provider",
        ),
        ({"access": {"certificates": {}}}, "access.certificates: give a list"),
        (coming({"san": "a", "subject": "b", "roles": ["viewer"]}), "give san or subject"),
        (coming({"roles": ["viewer"]}), "give san or subject"),
        (coming({"san": "a"}), "roles are viewer"),
        (coming({"san": "a", "roles": ["king"]}), "roles are viewer"),
        (coming({"san": "a", "roles": ["viewer"], "cameras": "b"}), "lists of roles"),
        (coming({"san": "a", "roles": ["viewer"], "cameras": []}), "cameras are 1 to"),
        (coming({"san": "é", "roles": ["viewer"]}), "printable ASCII"),
        (coming(*[{"san": "a", "roles": ["viewer"]}] * 2), "each is named once"),
        ({"gateway": {"tls": {**TLS, "require_client": True}}}, "require_client needs client_ca"),
        ({"gateway": {"tls": {**TLS, "client_ca": 5}}}, "client_ca: give a file"),
        ({"cameras": {"schemes": ["rtsp://"]}}, "'rtsp://' is no scheme"),
        ({"cameras": {"file_roots": []}}, "cameras.file_roots must be a list of folders"),
        ({"cameras": {"file_roots": ["a:b"]}}, "'a:b' has a ':'"),
        ({"cameras": {"networks": ["10.0.0.0/8"]}}, "cameras.networks must be a mapping"),
        ({"cameras": {"networks": {"only": []}}}, "cameras.networks holds `allow` and `deny`"),
        ({"cameras": {"networks": {"allow": []}}}, "cameras.networks.allow is empty"),
        ({"webhooks": {"networks": {"loopback": 1}}}, "webhooks.networks.loopback must be true"),
        ({"webhooks": {"networks": {"deny": ["10.0.0.1/8"]}}}, "webhooks.networks.deny: 10.0.0.1"),
        ({"webhooks": {"secret_env": ["A B"]}}, "webhooks.secret_env: 'A B' is no name"),
        ({"worker": {"command": ""}}, "worker.command must be a non-empty string"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_it_takes(data: Any, said: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        parse_configuration(data, FOLDER)
    assert said in str(error.value)
