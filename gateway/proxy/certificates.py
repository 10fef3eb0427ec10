"""Who asks by a certificate: what `access.certificates` says of it, in the headers of identity.

The listener has verified it (transport). A valid token goes before it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gateway.proxy.authentication import CAMERAS, CERTIFICATE, ROLES, SUBJECT, TOKEN_ID
from gateway.proxy.http_filters import HttpFilter, named, overwrite, unless
from gateway.proxy.predicates import any_of, header
from gateway.proxy.topology import Access, Certificate
from gateway.proxy.type_urls import TYPE

# Where Envoy has what is looked up; of several the last one counts.
_SUBJECT, _DNS, _URI = (
    f"connection.{name}_peer_certificate" for name in ("subject", "dns_san", "uri_san")
)
_HARMLESS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._:/@*-")
_TEXT = r"\C+"


def certified(access: Access) -> list[HttpFilter]:
    """Return the filter, which stands behind the one that tells of tokens; or nothing."""
    if not (access.looks and access.certificates):
        return []
    mutations = {"request_mutations": list(_told(access))}
    type_url = f"{TYPE}.filters.http.header_mutation.v3.HeaderMutation"
    has_token = any_of([header(name, _TEXT) for name in (SUBJECT, ROLES)])
    filter_ = unless(has_token, named("header_mutation", type_url, mutations=mutations))
    return [{**filter_, "name": "camplane.certificate"}]


def _told(access: Access) -> Iterator[Mapping[str, Any]]:
    """Yield what sets each header, from each part of the certificate that an entry may name."""
    headers: dict[str, Callable[[Certificate], str]] = {
        CERTIFICATE: lambda one: one.name,
        SUBJECT: lambda one: one.name,
        ROLES: lambda one: json.dumps(one.roles),
        TOKEN_ID: lambda one: f"certificate {one.name}",
    }
    if access.refuses:
        headers[CAMERAS] = lambda one: json.dumps(one.cameras)
    by_subject = [one for one in access.certificates if one.subject]
    by_san = [one for one in access.certificates if one.san]
    for part, entries in ((_SUBJECT, by_subject), (_DNS, by_san), (_URI, by_san)):
        for name, value in headers.items() if entries else ():
            yield overwrite(name, _looked_up(part, {one.name: value(one) for one in entries}))


def _looked_up(part: str, values: Mapping[str, str]) -> str:
    """Return Envoy's format of the value for a part of the certificate; without one, of nothing."""
    entries = ", ".join(f"{_literal(key)}: {_literal(value)}" for key, value in values.items())
    return f"%CEL({{{entries}}}[{part}])%"


def _literal(text: str) -> str:
    """Return a text as CEL writes it, without any character that has a meaning to somebody."""
    spelled = (one if one in _HARMLESS else f"\\x{ord(one):02x}" for one in text)
    return f"'{''.join(spelled)}'"
