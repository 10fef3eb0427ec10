"""What callers are told who may not: 401 without a valid token, 403 without the role."""

from collections.abc import Sequence
from typing import Any

import grpc

from gateway.proxy.authentication import NAME as IDENTITY
from gateway.proxy.authentication import ROLES, SUBJECT, claim, failure, providers
from gateway.proxy.authorization import OF_NONE, OF_SOME, ROLE
from gateway.proxy.local_replies import details, in_words, status_is
from gateway.proxy.oidc_login import CALLBACK, LOGIN
from gateway.proxy.revocation import POLICY
from gateway.proxy.targets import METADATA
from gateway.proxy.topology import Access

Mapper = dict[str, Any]

WHO = "who are you? Send a token, as `Authorization: Bearer …`; `camplane token create` makes one"
INVALID = "the token is not valid: "
UNKNOWN = "the token is of nobody who is known here: `access.issuers` names who gives out tokens"
REVOKED = "the token was revoked: ask for a new one"
NO_ROLE = (
    f"this needs the role %METADATA(ROUTE:{METADATA}:{ROLE})%, and the token of "
    f"%REQ({SUBJECT})% has %REQ({ROLES})%"
)
OLD_KNOWS_NO_SCOPES = (
    "the old server answers this, or may, and knows nothing of the cameras that the token is for: "
    "ask over gRPC, or with a token of all cameras"
)
NO_LOGIN = (
    "nobody was logged in: the provider refused, cannot be reached, or this took too long. Begin "
    "anew at /ui; logs/envoy.log has the cause"
)
NO_CAMERAS = 'the token says of cameras what is no list of texts, such as ["hall-*"]'
# RFC 6750, 3: who sent no token is told how, and no error.
_CHALLENGE = 'Bearer realm="camplane"'
_INVALID_CHALLENGE = f'{_CHALLENGE}, error="invalid_token"'
_LACKING = f'{_CHALLENGE}, error="insufficient_scope"'

_HAS_IDENTITY = {"header_filter": {"header": {"name": SUBJECT, "present_match": True}}}
_AT_LOGIN = {
    "header_filter": {
        "header": {
            "name": ":path",
            "string_match": {"safe_regex": {"regex": rf"({LOGIN}|{CALLBACK})(\?.*)?"}},
        }
    }
}
_HAS_TOKEN = {"header_filter": {"header": {"name": "authorization", "present_match": True}}}
# Envoy's codes of why a token is not valid, but for 1, that there is none, and 24, that it is
# another provider's.
_OTHER_CODES = ({"range": {"start": 2, "end": 24}}, {"range": {"start": 25, "end": 1000}})


def access_replies(access: Access) -> list[Mapper]:
    """Return the mappers of the refusals; none where nobody is refused."""
    if not access.refuses:
        return []
    revoked = details(f"^rbac_access_denied_matched_policy.{POLICY}.$")
    of_some, of_none = (
        details(f"^rbac_access_denied_matched_policy.{policy.replace(' ', '.')}.$")
        for policy in (OF_SOME, OF_NONE)
    )
    refused = details("^rbac_access_denied")
    return [
        *in_words(grpc.StatusCode.UNAUTHENTICATED, NO_LOGIN, [status_is(401, "EQ"), _AT_LOGIN]),
        *_mappers(401, REVOKED, _INVALID_CHALLENGE, [revoked]),
        *_mappers(403, OLD_KNOWS_NO_SCOPES, _LACKING, [of_some]),
        *_mappers(403, NO_CAMERAS, _LACKING, [of_none]),
        *_mappers(403, NO_ROLE, _LACKING, [refused, _HAS_IDENTITY]),
        *(
            mapper
            for provider in providers(access)
            for mapper in _mappers(
                401,
                INVALID + claim(failure(provider), "message"),
                _INVALID_CHALLENGE,
                [refused, _has_bad_token(provider)],
            )
        ),
        *_mappers(401, UNKNOWN, _INVALID_CHALLENGE, [refused, _HAS_TOKEN]),
        *_mappers(401, WHO, _CHALLENGE, [refused]),
    ]


def _has_bad_token(provider: str) -> Mapper:
    """Is there a token that says it is of this provider, and is it not valid?"""
    matcher = {
        "filter": IDENTITY,
        "path": [{"key": failure(provider)}, {"key": "code"}],
        "value": {"or_match": {"value_matchers": [{"double_match": one} for one in _OTHER_CODES]}},
    }
    return {"metadata_filter": {"matcher": matcher, "match_if_key_not_found": False}}


def _mappers(status: int, text: str, challenge: str, more: Sequence[Mapper]) -> list[Mapper]:
    """Return what makes this of a 403."""
    code = grpc.StatusCode.UNAUTHENTICATED if status == 401 else grpc.StatusCode.PERMISSION_DENIED
    header = {"header": {"key": "www-authenticate", "value": challenge}}
    filters = [status_is(403, "EQ"), *more]
    return in_words(code, text, filters, status_code=status, headers_to_add=[header])
