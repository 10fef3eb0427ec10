"""Cases made from a description of operations, the same ones for the same seed. Pure."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from camplane_tools.compare.model import Case, Request
from camplane_tools.compare.sources import values

# What the fixture holds: names that lead past "not found".
KNOWN = {
    "camera_id": ("cam0", "vid1", "cam_off", "cam_bare", "cam space", "摄像头1", "12345"),
    "rule_id": ("1", "2", "3"),
    "alert_id": ("1", "2"),
    "alert_type": ("violation", "system"),
}


@dataclass(frozen=True)
class Described:
    """One operation as a description has it: names to types, of `values.OF_TYPE`.

    required: fields of the body that it needs. known: values that lead to something.
    """

    method: str
    template: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] | None = None
    required: frozenset[str] = frozenset()
    known: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: KNOWN)


def generated_cases(described: Sequence[Described], number: int, seed: int) -> list[Case]:
    """Return so many cases, spread evenly over the operations.

    What may change something is followed by a read of the same path, and of the
    one above it, where the description has them.
    """
    chance = random.Random(seed)  # noqa: S311 (no secret)
    reads = {one.template for one in described if one.method == "GET"}
    cases = []
    for index in range(number):
        one = described[index % len(described)]
        address = _address(chance, one)
        asked = Request(one.method, address + _query(chance, one), *_body(chance, one))
        follow = [] if one.method == "GET" else list(_reads(one, address, reads))
        name = f"generated {index + 1} (seed {seed}): {asked.label}"
        cases.append(Case(name, (asked, *follow)))
    return cases


def _address(chance: random.Random, one: Described) -> str:
    address = one.template
    for name, kind in one.path.items():
        given = values.text(chance, kind, one.known.get(name, ()))
        # An empty segment is another path.
        address = address.replace(f"{{{name}}}", quote(given or "-", safe=""))
    return address


def _query(chance: random.Random, one: Described) -> str:
    pairs = [
        f"{name}={quote(values.text(chance, kind, one.known.get(name, ())), safe='')}"
        for name, kind in one.query.items()
        if chance.random() < 0.7
    ]
    return "?" + "&".join(pairs) if pairs else ""


def _body(chance: random.Random, one: Described) -> tuple[bytes, dict[str, str]]:
    if one.body is None:
        return b"", {}
    found: dict[str, Any] = {}
    for name, kind in one.body.items():
        # A required one is left out now and then, another one half of the time.
        if chance.random() < (0.9 if name in one.required else 0.5):
            plain = kind == "string" and chance.random() < 0.6
            found[name] = f"{name} 1" if plain else values.value(chance, kind)
    if chance.random() < 0.1:
        found["unknown_key"] = values.value(chance, "any")
    text = json.dumps(found, ensure_ascii=chance.random() < 0.5)
    return text.encode(), {"content-type": "application/json"}


def _reads(one: Described, address: str, reads: set[str]) -> list[Request]:
    found = []
    template, place = one.template, address
    while template.count("/") > 2:
        if template in reads:
            found.append(Request("GET", place))
        template, place = template.rpartition("/")[0], place.rpartition("/")[0]
    return found
