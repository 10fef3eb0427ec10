"""Tokens that hold no more: a filter of its own, which Envoy reads again when its file changes.

So whoever revokes a token needs nothing but the file: no process, and no new routes.
"""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from gateway.proxy.authentication import NAME as IDENTITY
from gateway.proxy.authentication import OWN
from gateway.proxy.http_filters import HttpFilter, watched
from gateway.proxy.type_urls import TYPE
from servicekit import atomic_file

FILE = "revoked.json"
NAME = "camplane.revoked"
# As an answer's details name it.
POLICY = "revoked"
_TYPE = f"{TYPE}.filters.http.rbac.v3.RBAC"


def revoked(folder: Path) -> HttpFilter:
    """Return the filter, which is read from the folder's file."""
    source = watched(folder / FILE)
    return {"name": NAME, "config_discovery": {"config_source": source, "type_urls": [_TYPE]}}


def write_revoked(folder: Path, token_ids: Iterable[str], refuses: bool) -> str:
    """Have these tokens refused, or counted alone; return the version, as Envoy will tell it."""
    document = revoked_document(sorted(token_ids), refuses)
    atomic_file.replace(folder / FILE, orjson.dumps(document))
    return str(document["version_info"])


def revoked_document(token_ids: list[str], refuses: bool) -> dict[str, Any]:
    """Return the file's content; its version is a digest of it."""
    policies = {POLICY: _policy(token_ids)} if token_ids else {}
    rules = {"action": "DENY", "policies": policies}
    config = {"@type": _TYPE, **enforced(POLICY, rules, refuses)}
    extension = {
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        "name": NAME,
        "typed_config": config,
    }
    version = hashlib.sha256(orjson.dumps(extension)).hexdigest()[:16]
    return {"version_info": version, "resources": [extension]}


def enforced(name: str, rules: dict[str, Any], refuses: bool) -> dict[str, Any]:
    """Return a filter's configuration: rules that refuse, or are counted alone, under a name."""
    kind = "rules" if refuses else "shadow_rules"
    return {kind: rules, f"{kind}_stat_prefix": f"{name}_"}


def _policy(token_ids: list[str]) -> dict[str, Any]:
    one_of_them = {"safe_regex": {"regex": "|".join(map(re.escape, token_ids))}}
    matcher = {
        "filter": IDENTITY,
        "path": [{"key": OWN}, {"key": "jti"}],
        "value": {"string_match": one_of_them},
    }
    identity = {"sourced_metadata": {"metadata_matcher": matcher, "metadata_source": "DYNAMIC"}}
    return {"permissions": [{"any": True}], "principals": [identity]}
