"""Differences that a user means, as a file declares them."""

import re
from pathlib import Path
from typing import Any

import yaml

from camplane_tools.compare.declared import ANY, Declared, codes
from servicekit import strict_yaml


def read_declared(path: Path) -> list[Declared]:
    """Return what a file of the user declares; ValueError says what is wrong with it.

    A list of objects: `why`, and any of `operation`, `target`, `fields`, `statuses`
    (the old one and the new one).
    """
    try:
        items = strict_yaml.load(path.read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is malformed: {' '.join(str(error).split())}") from error
    if not isinstance(items, list):
        raise ValueError(f"{path} must be a list")
    return [_read_one(f"{path}, item {number}", item) for number, item in enumerate(items, 1)]


def _read_one(place: str, item: Any) -> Declared:
    known = {"why", "operation", "target", "fields", "statuses"}
    if not isinstance(item, dict) or not isinstance(item.get("why"), str) or not item["why"]:
        raise ValueError(f"{place}: needs `why`")
    if unknown := set(item) - known:
        raise ValueError(f"{place}: unknown {sorted(map(str, unknown))}; there are {sorted(known)}")
    statuses, fields = item.get("statuses"), item.get("fields", [])
    if statuses is None and not fields:
        raise ValueError(f"{place}: needs `fields` or `statuses`; it would declare nothing")
    if not isinstance(fields, list) or not all(isinstance(one, str) for one in fields):
        raise ValueError(f"{place}: fields must be a list of patterns")
    if statuses is not None and not (
        isinstance(statuses, list)
        and len(statuses) == 2
        and all(type(one) is int for one in statuses)
    ):
        raise ValueError(f"{place}: statuses must be two numbers, the old one and the new one")
    try:
        re.compile(target := str(item.get("target", "")))
    except re.error as error:
        raise ValueError(f"{place}: target is malformed: {error}") from error
    pair = (codes(statuses[0]), codes(statuses[1])) if statuses is not None else None
    operation = str(item.get("operation", "*"))
    return Declared(0, item["why"], ANY, ANY, operation, pair, tuple(fields), target)
