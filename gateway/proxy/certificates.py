"""Who asks by a certificate: what `access.certificates` says of it, in the headers of identity.

The listener has verified it (transport). A valid token goes before it.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gateway.proxy.authentication import CAMERAS, CERTIFICATE, ROLES, SUBJECT, TOKEN_ID
from gateway.proxy.http_filters import HttpFilter, named, overwrite, unless
from gateway.proxy.predicates import any_of, header
from gateway.proxy.topology import Access, Certificate
from gateway.proxy.type_urls import TYPE

# Where Envoy has what is looked up: the first one that the certificate has counts.
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
    for name, value in headers.items():
        yield overwrite(name, _looked_up(access.certificates, value))


def _looked_up(certificates: Sequence[Certificate], value: Callable[[Certificate], str]) -> str:
    """Return Envoy's format of an entry's value; of nothing for a certificate without one.

    A certificate's name is its URI, or DNS name, or subject, whether that is listed or not.
    """
    by_san = _mapping({one.san: value(one) for one in certificates if one.san})
    by_subject = _mapping({one.subject: value(one) for one in certificates if one.subject})
    found = f"{by_subject}[{_SUBJECT}]"
    for part in (_DNS, _URI):
        found = f"has({part}) ? {by_san}[{part}] : ({found})"
    return f"%CEL({found})%"


def _mapping(values: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{_literal(key)}: {_literal(one)}' for key, one in values.items())}}}"


def _literal(text: str) -> str:
    """Return a text as CEL writes it, without any character that has a meaning to somebody."""
    spelled = (one if one in _HARMLESS else f"\\x{ord(one):02x}" for one in text)
    return f"'{''.join(spelled)}'"
