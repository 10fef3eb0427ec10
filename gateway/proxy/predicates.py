"""Predicates of Envoy's matchers: what is asked of a request's headers."""

from collections.abc import Sequence
from typing import Any

Document = dict[str, Any]


def header(name: str, regex: str) -> Document:
    """Does the header's whole value match? False where there is none."""
    value_match = {"safe_regex": {"google_re2": {}, "regex": regex}}
    return {"single_predicate": {"input": value_of(name), "value_match": value_match}}


def value_of(name: str) -> Document:
    """Return the input of a matcher: a header's value."""
    header = {
        "@type": "type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
        "header_name": name,
    }
    return {"name": name, "typed_config": header}


def any_of(predicates: Sequence[Document]) -> Document:
    """Is one of them true? A single one stands for itself: Envoy wants two."""
    return {"or_matcher": {"predicate": predicates}} if predicates[1:] else predicates[0]


def all_of(predicates: Sequence[Document]) -> Document:
    """Are all of them true?"""
    return {"and_matcher": {"predicate": predicates}} if predicates[1:] else predicates[0]


def no(predicate: Document) -> Document:
    """Is it false?"""
    return {"not_matcher": predicate}
