"""How often one client may ask: by its token, or by its address where nobody knows who it is."""

from typing import Any

import grpc

from gateway.proxy.authentication import TOKEN_ID
from gateway.proxy.http_filters import named
from gateway.proxy.local_replies import details, in_words, status_is
from gateway.proxy.topology import ON, Rate, Topology
from gateway.proxy.type_urls import TYPE

Document = dict[str, Any]

# How the answer came about, in Envoy's words.
LIMITED = "local_rate_limited"
# So many clients are told apart; of more, those that were away for the longest begin anew.
_CLIENTS = 10_000
_STRANGER = "stranger"
_SENTENCE = "too many requests: one client may send {} a second; ask again in a second"


def rates(topology: Topology) -> list[Document]:
    """Return the filter, which stands behind the one that tells who asks; none without a limit."""
    if topology.rate is None:
        return []
    bucket = {
        "max_tokens": topology.rate.burst,
        "tokens_per_fill": topology.rate.requests_per_second,
        "fill_interval": "1s",
    }
    has_token = {"name": TOKEN_ID, "present_match": True}
    by_token = {"request_headers": {"header_name": TOKEN_ID, "descriptor_key": "token"}}
    without = {
        "header_value_match": {
            "descriptor_key": "who",
            "descriptor_value": _STRANGER,
            "expect_match": False,
            "headers": [has_token],
        }
    }
    retry = {"header": {"key": "retry-after", "value": "1"}}
    return [
        named(
            "local_ratelimit",
            f"{TYPE}.filters.http.local_ratelimit.v3.LocalRateLimit",
            stat_prefix="clients",
            filter_enabled=_share(100),
            filter_enforced=_share(100 if topology.rate.mode == ON else 0),
            # The default bucket is for requests that are nobody's; there are none.
            token_bucket=bucket,
            always_consume_default_token_bucket=False,
            rate_limits=[{"actions": [by_token]}, {"actions": [without, {"remote_address": {}}]}],
            descriptors=[
                {"entries": [{"key": "token"}], "token_bucket": bucket},
                {
                    "entries": [{"key": "who", "value": _STRANGER}, {"key": "remote_address"}],
                    "token_bucket": bucket,
                },
            ],
            max_dynamic_descriptors=_CLIENTS,
            rate_limited_as_resource_exhausted=True,
            response_headers_to_add=[retry],
        )
    ]


def rate_replies(rate: Rate | None) -> list[Document]:
    """Return the mappers of the refusals; none without a limit."""
    if rate is None:
        return []
    text = _SENTENCE.format(rate.requests_per_second)
    limited = [status_is(429, "EQ"), details(f"^{LIMITED}$")]
    return in_words(grpc.StatusCode.RESOURCE_EXHAUSTED, text, limited)


def _share(percent: int) -> Document:
    share = {"numerator": percent, "denominator": "HUNDRED"}
    return {"runtime_key": "unused", "default_value": share}
