"""Secrets that Envoy takes from files, one each, and again whenever such a file is replaced (SDS).

They are for Envoy alone: the folder is its owner's.
"""

import hashlib
from pathlib import Path
from typing import Any

import orjson

from gateway.proxy.http_filters import watched
from gateway.proxy.type_urls import TYPE
from servicekit import atomic_file


def secret_file(folder: Path, name: str) -> dict[str, Any]:
    """Return where Envoy finds the secret of a name."""
    return {"name": name, "sds_config": watched(_path(folder, name))}


def write_secret(folder: Path, name: str, kind: str, **texts: str) -> None:
    """Let Envoy have a secret of a kind, such as tls_certificate. Atomic."""
    secret = {
        "@type": f"{TYPE}.transport_sockets.tls.v3.Secret",
        "name": name,
        kind: {key: {"inline_string": text} for key, text in texts.items()},
    }
    version = hashlib.sha256(orjson.dumps(secret)).hexdigest()[:16]
    document = {"version_info": version, "resources": [secret]}
    atomic_file.replace(_path(folder, name), orjson.dumps(document))


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"
