"""Why a request is refused before there is a route for it: Envoy's names, and our words."""

from collections.abc import Mapping

# The sentence of whatever is not below: Envoy's name says more.
MALFORMED = "the gateway cannot read this request"
# By Envoy's name, as a regular expression.
WHY: Mapping[str, str] = {
    "missing_host_header": "it has no Host",
    "http[.]invalid_authority": "its Host is no name and no address",
    "query_missing_content_type": "a QUERY names the Content-Type of its body",
    "path_normalization_failed": "its path has a fragment (#), which a client keeps to itself",
    "http1[.]invalid_url": "it names no path",
    "http1[.]invalid_characters": "a header has characters that none may have",
    "http1[.]content_length_and_chunked_not_allowed": (
        "it has Content-Length and Transfer-Encoding, of which only one may be"
    ),
    "http1[.]codec_error": (
        "it is no HTTP: see its method, its path, the form of each header, and the body's length"
    ),
}
ENCODING = "of transfer encodings, chunked alone is taken"
NO_PROXY = "the gateway is no proxy: it offers no CONNECT"
