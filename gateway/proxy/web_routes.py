"""The routes of the pages and of the OpenAPI document: files that Envoy answers with by itself.

So the page is there, and can say what is wrong, when every service is down.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import camplane

from gateway.proxy import answers
from gateway.proxy.authorization import needing
from gateway.proxy.topology import Topology
from gateway.vocabulary.roles import PUBLIC
from gateway.vocabulary.wording import TABLE as REASONS_FILE

Route = dict[str, Any]

PAGE = "/ui"
FILES = Path(__file__).parents[1] / "web"
INDEX = "index.html"
OPENAPI = "/api/openapi.json"
OPENAPI_FILE = Path(camplane.__path__[0]) / "openapi.json"
# Envoy reads a file once, with the routes; a larger one would make it refuse them.
LARGEST_FILE = 256 << 10
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
# Names of cameras, spans and codes come from outside: nothing of them may run.
# blob: is for the pictures of cameras, fetched so that a refusal can be read.
SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    # A new release is seen at once.
    "cache-control": "no-cache",
}


def web_routes(topology: Topology) -> Iterator[Route]:
    """Return the routes: the page at /ui, its files below it, exact paths all.

    Anything else below /ui is left to the routes that follow. The OpenAPI document is
    one of the page's files, and the API's own, unless a monolith may have one there.
    """
    yield _file(PAGE, FILES / INDEX)
    yield needing(PUBLIC, {**answers.without_trailing_slash(PAGE), "name": "page"})
    if topology.old_http is None:
        root = {"path": "/", "headers": [_READS, _BY_BROWSER]}
        yield needing(PUBLIC, answers.to_page(root, PAGE))
    for file in files():
        if file.name != INDEX:
            yield _file(f"{PAGE}/{file.name}", file)
    yield _file(f"{PAGE}/{OPENAPI_FILE.name}", OPENAPI_FILE)
    if topology.old_http is None:
        yield _file(OPENAPI, OPENAPI_FILE)
        yield answers.method_not_allowed(re.escape(OPENAPI), ["GET", "HEAD"])
        yield answers.without_trailing_slash(re.escape(OPENAPI))


@cache
def files() -> tuple[Path, ...]:
    """Return the pages' own files, and the table that they word reasons by."""
    own = sorted(file for file in FILES.iterdir() if file.suffix in CONTENT_TYPES)
    return *own, REASONS_FILE


def _file(path: str, file: Path) -> Route:
    headers = {"content-type": CONTENT_TYPES[file.suffix], **SECURITY_HEADERS}
    route = {
        "name": "page",
        "match": {"path": path, "headers": [_READS]},
        "direct_response": {"status": 200, "body": {"filename": str(file)}},
        "response_headers_to_add": [
            # Envoy takes every direct response for text/plain.
            {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
            for key, value in headers.items()
        ],
    }
    return needing(PUBLIC, route)  # it holds no data


# A program that asks for the same path is told what is not there.
_BY_BROWSER = {"name": "accept", "string_match": {"contains": "text/html"}}
_READS = {"name": ":method", "string_match": {"safe_regex": {"regex": "GET|HEAD"}}}
