"""Which documented operation a request is, and whether it changes anything. Pure."""

import re
from functools import cache

from camplane_tools.compare.model import Case, Request
from gateway.vocabulary.route_table import Binding, bindings, path_regex
from servicekit import idempotency

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


@cache
def _table() -> tuple[tuple[re.Pattern[str], Binding], ...]:
    return tuple((re.compile(path_regex(one.template)), one) for one in bindings())


def binding_of(request: Request) -> Binding | None:
    """Return the operation that the request asks for; None when there is none."""
    for pattern, binding in _table():
        if binding.http_method == request.method and pattern.fullmatch(request.path):
            return binding
    return None


def operation_of(request: Request) -> str:
    """Return "METHOD /template", by which findings are grouped; of others the path as it is."""
    binding = binding_of(request)
    return f"{request.method} {binding.template if binding else request.path}"


def is_read(request: Request) -> bool:
    """Does it change nothing, so that it may be asked of a system in use?

    What is no documented operation is judged by its method.
    """
    binding = binding_of(request)
    if binding is None:
        return request.method in _HARMLESS
    return not idempotency.has_effect(binding.rpc.path)


def is_reading(case: Case) -> bool:
    """Can the case be asked without a state of its own?"""
    return all(is_read(request) for request in case.requests)
