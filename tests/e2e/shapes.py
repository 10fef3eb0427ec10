"""Answers of the gateway in every shape that its OpenAPI document allows, for the page's tests.

What is required is always there; each of the other fields comes and goes by the chance of a
seed, lists are empty or have some, and numbers are none, small or large.
"""

import json
import random
from pathlib import Path
from typing import Any

import camplane

DOCUMENT = json.loads((Path(camplane.__path__[0]) / "openapi.json").read_text("utf-8"))
MOMENT = "2026-12-01T04:41:38.123456"
# Texts that the document describes in words: what the gateway says there.
SAID = {
    "context": ("camera", "alert"),
    "assigned": ("legacy", "domain", ""),
    "answered": ("legacy", "domain", ""),
    "path": ("legacy", "domain"),
    "phase": (
        *("idle", "waiting", "running", "gate", "paused", "aborting", "aborted", "completed"),
    ),
    "rpc": ("CameraRestService/ListCameras", "AlertRestService/ListRules"),
    "trace_id": ("4bf92f3577b34da6a3ce929d0e0e4736",),
    "kind": ("slow", "failed", "fallback", "left", "typical", "difference"),
    "fallback_reason": ("", "unhealthy", "timeout"),
    "where": ("both", "only_legacy", "only_domain"),
    "answer": ("pass", "fail", "not_enough_evidence"),
    "message": ("",),
    "plan_version": ("d5d0c2e4c883" * 5,),
    "head": ("14ef49530242" * 5, ""),
}
VERDICTS = ("better", "worse", "same", "unknown")
REPLIES = ("alike", "differs", "unknown")
STEPS = ("done", "current", "ahead")
CONTEXTS = ("camera", "alert")
# Their own parameters and words are held by test_page_wording.py.
REASON = {
    "code": "REASON_CODE_WAITS_FOR_PROMOTION",
    "numbers": {},
    "texts": {},
    "names": {},
    "reasons": {},
}


def answer(path: str, method: str, seed: int) -> Any:
    """Return an answer of this operation."""
    content = DOCUMENT["paths"][path][method]["responses"]["200"]["content"]
    described = next(iter(content.values()))
    made = _Shapes(seed)
    return made.of(described.get("x-event", described["schema"]), "", "")


class _Shapes:
    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def of(self, schema: dict[str, Any], name: str, within: str) -> Any:
        while "$ref" in schema:
            within = schema["$ref"].rpartition("/")[2]
            schema = DOCUMENT["components"]["schemas"][within]
        if within == "Reason":
            return dict(REASON)
        kind = schema.get("type", "object")
        if name == "contexts" or name == "rollouts":
            return [{**self.of(schema["items"], "", ""), "context": one} for one in CONTEXTS]
        if kind == "array":
            return [
                self.of(schema["items"], name, within)
                for _ in range(self._chance.choice((0, 1, 3)))
            ]
        if kind == "object":
            return self._object(schema, within)
        if kind == "boolean":
            return self._chance.random() < 0.5
        if kind in ("number", "integer"):
            return self._chance.choice((0, 1, 37, 100) if kind == "integer" else (0.0, 0.4, 36.6))
        return self._text(schema, name, within)

    def _object(self, schema: dict[str, Any], within: str) -> dict[str, Any]:
        if more := schema.get("additionalProperties"):
            return {"door": self.of(more, "", within)} if isinstance(more, dict) else {}
        required = schema.get("required", ())
        return {
            name: self.of(below, name, within)
            for name, below in schema.get("properties", {}).items()
            if name in required or self._chance.random() < 0.5
        }

    def _text(self, schema: dict[str, Any], name: str, within: str) -> str:
        if among := schema.get("enum"):
            return str(self._chance.choice(among))
        if name == "verdict":
            return self._chance.choice(REPLIES if "Shadow" in within else VERDICTS)
        if name == "state":
            return self._chance.choice(STEPS)
        if name in ("timestamp", "started", "at", "changed_at", "step_since", "checked_at"):
            return MOMENT
        return self._chance.choice(SAID.get(name, ("said",)))
