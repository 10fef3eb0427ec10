"""Reads everything back, on both sides, and compares it with the ledger."""

from camplane_tools.chaos.client import fields
from camplane_tools.chaos.ledger import Finding, Ledger
from camplane_tools.chaos.load import Load
from camplane_tools.chaos.site import CONTEXTS
from camplane_tools.harness.api import Api

_SIDES = ("domain", "legacy")
_KINDS = {"camera": ("camera", "cameras", "id"), "alert": ("rule", "items", "name")}


async def compare(api: Api, ledger: Ledger, load: Load) -> list[Finding]:
    """Return what is not as acknowledged. The load must rest.

    Writes of unknown outcome are taken as the first side reads them; the other
    must read the same.
    """
    findings = []
    for context, path in CONTEXTS.items():
        kind, items, name = _KINDS[context]
        for side in _SIDES:
            answer = await api.ask(side, "GET", path)
            if answer.status != 200:
                text = f"{context}/{side} cannot be read back: {answer.status} {answer.json}"
                findings.append(Finding("wrong", text))
                continue
            rows = [(item[name], fields(kind, item)) for item in answer.json[items]]
            findings += ledger.judge(kind, rows, answer.path)
            ledger.settle(kind, rows)
            if kind == "rule":
                load.learn_ids([(item["name"], item["id"]) for item in answer.json[items]])
    return findings
