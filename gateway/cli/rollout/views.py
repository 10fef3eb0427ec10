"""The rollout API's JSON as text for a terminal. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gateway.cli.output import counted
from gateway.cli.shortening import clock
from gateway.cli.table import Column
from gateway.vocabulary.quantities import duration

Json = Mapping[str, Any]

HISTORY_COLUMNS = (
    Column("no", is_number=True),
    Column("time (UTC)", is_whole=True, short=clock),
    Column("context", is_whole=True),
    Column("decided", is_whole=True),
    Column("to domain", is_whole=True),
    Column("author", is_whole=True, spare=1),
    Column("said", spare=2),
    Column("why"),
)
_PHASES = {
    "idle": "",
    "waiting": "yellow",
    "running": "bold green",
    "gate": "yellow",
    "paused": "yellow",
    "aborting": "bold red",
    "aborted": "bold red",
    "completed": "bold green",
}
_ANSWERS = {
    "pass": ("✔", "pass", "green"),
    "fail": ("✘", "fail", "bold red"),
    "not_enough_evidence": ("…", "not enough evidence", "yellow"),
}
_WAITING = ("waiting", "running", "gate", "paused", "aborting")
# What the step that the plan is at looks like, by phase.
_CURRENT = {"paused": "‖", "aborting": "↓", "aborted": "✘", "waiting": "○"}
_PLAIN_CURRENT = "▶"
_MARKS = {"done": ("✔", "green"), "ahead": ("○", "dim")}
_BAR = 20
_MAX_EXEMPLARS = 6
_MIN_HEAD = 12
# Of `waits_for`, when the verdict is waited for.
_CONTEXTS = "REASON_CODE_WAITS_FOR_CONTEXTS"
_NOT_UNDER_WAY = ("idle", "aborted")
_EVIDENCE = "REASON_CODE_WAITS_FOR_EVIDENCE"


def state(answer: Json, contexts: Sequence[str]) -> RenderableType:
    """Return who controls the rollouts, then those of these contexts."""
    parts: list[RenderableType] = [controller(answer["controller"])]
    for one in answer["rollouts"]:
        if one["context"] not in contexts:
            continue
        parts += [Text(), rollout(one, answer["timestamp"])]
        if hint := begins_first(one, answer["rollouts"]):
            parts.append(Text(f"  {hint}", style="yellow"))
    return Group(*parts, Text(), Text(f"{_time(answer['timestamp'])} UTC", style="dim"))


def rollout(one: Json, timestamp: str) -> RenderableType:
    """Return one rollout: where it stands, its steps, what it waits for, and the evidence."""
    head = Text(f"{one['context']:7}", style="bold")
    head += Text(one["phase"], style=_PHASES.get(one["phase"], "")) + Text(f"  {weights(one)}")
    lines: list[tuple[str, RenderableType]] = [("", _bar(one["weight_in_force"]))]
    if one["plan"]:
        lines.append(("plan", Text(f"{one['plan']} ({one['plan_version']}), {place(one)}")))
        lines.append(("steps", steps(one)))
    if one["step_since"]:
        ago = duration(_seconds(one["step_since"], timestamp))
        lines.append(("since", Text(f"{_time(one['step_since'])} UTC, {ago}")))
    if one["next"] and one["phase"] in _WAITING:
        lines.append(("waits for", Text(_waits_for(one))))
    if one["frozen"]:
        lines.append(("frozen", Text(one["frozen"], style="yellow")))
    if one["changed_at"]:
        lines.append(("last", Text(f"by {one['author']}{_because(one['reason'])}")))
    if one["unwritten"]:
        not_yet = "in force, and not in the log yet: is the disk full?"
        lines.append(("", Text(not_yet, style="bold red")))
    if one["pins"]:
        pinned = ", ".join(f"{camera} → {path}" for camera, path in sorted(one["pins"].items()))
        lines.append(("pins", Text(pinned)))
    if mirrored := one["mirrored"]:
        lines.append(("shadow", Text(f"{mirrored} % of the reads are mirrored")))
    if waiting := one["notifications_waiting"]:
        lines.append(("to tell", Text(f"{counted(waiting, 'notification')} to be sent")))
    if trouble := one["notifications_trouble"]:
        lines.append(("", Text(f"notifications fail: {trouble}", style="bold red")))
    table = Table.grid(padding=(0, 2))
    for name, said in lines:
        table.add_row(Text(f"  {name}", style="dim"), said)
    verdict = one.get("verdict")
    return Group(head, table, *([_verdict(verdict)] if verdict else []))


def begins_first(one: Json, all_of_them: Iterable[Json]) -> str:
    """Return how to start what a rollout waits for, when nothing of it is under way; else ""."""
    waits_for = one.get("waits_for") or {}
    if one["phase"] != "waiting" or waits_for.get("code") != _CONTEXTS:
        return ""
    resting = [
        other["context"]
        for other in all_of_them
        if other["context"] in one["next"] and other["phase"] in _NOT_UNDER_WAY
    ]
    begin = " and ".join(f"`camplane rollout start {context}`" for context in resting)
    return f"{begin} begins what it waits for; nothing of it is under way" if begin else ""


def weights(one: Json) -> str:
    """Return what share goes to domain, and what share was to."""
    asked, now = one["weight"], one["weight_in_force"]
    if asked == now:
        return f"{now} % to domain"
    return f"{now} % to domain, {asked} % asked: the weights are about to follow"


def place(one: Json) -> str:
    """Return which step of how many the rollout is at; "" without a plan."""
    total = len(one["steps"])
    if not total:
        return ""
    if one["phase"] == "completed":
        return f"all {total} steps done"
    done = sum(step["state"] == "done" for step in one["steps"])
    return f"step {min(done + 1, total)} of {total}"


def steps(one: Json) -> Text:
    """Return all steps of the plan in a line: done, at, ahead."""
    current = _CURRENT.get(one["phase"], _PLAIN_CURRENT)
    line = Text()
    for step in one["steps"]:
        mark, style = _MARKS.get(step["state"], (current, "bold"))
        share = "gate" if step["gate"] else f"{step['weight']} %"
        line += Text("   " if line else "") + Text(f"{mark} {share}", style=style)
    return line


def summary(one: Json) -> str:
    """Return one rollout in a sentence."""
    at = f" ({one['plan']}, {place(one)})" if one["plan"] and one["phase"] != "idle" else ""
    waits = f"; waits for {one['next']}" if one["next"] and one["phase"] in _WAITING else ""
    return f"{one['context']}: {one['phase']}, {weights(one)}{at}{waits}"


def controller(one: Json) -> Text:
    """Return who moves the weights, and how long the log is."""
    # The whole of it is in the JSON, and `camplane rollout history --verify` prints it.
    head = f", head {one['head'][:_MIN_HEAD]}" if one["head"] else ""
    log = counted(one["decisions"], "decision") + head
    if one["leads"]:
        trouble = f"; {one['trouble']}" if one["trouble"] else ""
        said = Text(f"controller: leads with token {one['token']}")
        return said + Text(trouble, style="bold red") + Text(f"; {log}")
    why = f": {one['trouble']}" if one["trouble"] else ""
    return Text(f"controller: does not lead{why}", style="bold red") + Text(f"; {log}")


def placement(one: Json, rollout_of_cameras: Json) -> RenderableType:
    """Return where a camera is, why, and with which step of the plan that changes."""
    said = Text(one["camera_id"], style="bold") + Text(f" goes to {one['path']}: {one['why']}")
    at, plan_steps = one["moves_at"], rollout_of_cameras["steps"]
    if not at:
        return said
    number = next((n for n, step in enumerate(plan_steps, 1) if step["weight"] == at), 0)
    which = f"step {number} of {len(plan_steps)} of {rollout_of_cameras['plan']}, {at} %"
    if rollout_of_cameras["phase"] in ("aborting", "aborted"):
        stopped = "the rollout was aborted, and moves no camera until it is started again"
        return Group(said, Text(f"{stopped}; then this one moves with {which}"))
    return Group(said, Text(f"it moves to domain with {which}"))


def history_row(one: Json) -> Sequence[object]:
    """Return the row of a decision, under HISTORY_COLUMNS."""
    before, after = one["from_weight"], one["to_weight"]
    said = _ANSWERS.get(one["answer"], ("", one["answer"], ""))[1]
    return (
        one["number"],
        _time(one["at"]),
        one["context"],
        one["action"],
        f"{after} %" if before == after else f"{before} → {after} %",
        one["author"],
        f"{said} (n {one['requests']:,})" if said else "",
        one["reason"],
    )


def _bar(weight: int) -> Text:
    full = round(_BAR * weight / 100)
    if weight:
        full = max(full, 1)
    return Text("█" * full, style="green") + Text("░" * (_BAR - full), style="dim")


def _waits_for(one: Json) -> str:
    """Return what a rollout waits for; evidence stands below it, finding by finding."""
    is_evidence = one.get("waits_for", {}).get("code") == _EVIDENCE and one.get("verdict")
    return "evidence, as below" if is_evidence else str(one["next"])


def _verdict(verdict: Json) -> RenderableType:
    mark, words, style = _ANSWERS.get(verdict["answer"], ("?", verdict["answer"], ""))
    head = Text("  evidence   ", style="dim") + Text(f"{mark} {words}", style=style)
    head += Text(f" on {counted(verdict['requests'], 'request')} of domain")
    table = Table.grid(padding=(0, 2))
    for finding in verdict["findings"]:
        mark, _, style = _ANSWERS.get(finding["answer"], ("?", "", ""))
        said = [Text(finding["text"])]
        if figures := _figures(finding["values"]):
            said.append(Text(figures, style="dim"))
        criterion = Text(finding["criterion"].replace("_", " "))
        table.add_row(Text(f"    {mark}", style=style), criterion, Group(*said))
    shown = verdict["exemplars"][:_MAX_EXEMPLARS]
    traces = [Text("    `camplane traffic trace ID` shows: " + ", ".join(shown))] if shown else []
    return Group(head, table, *traces)


def _figures(values: Mapping[str, float]) -> str:
    """Return how many requests a finding rests on, and the intervals of both sides."""
    if not values.get("n"):
        return ""
    sides = (
        f"{name} {said}"
        for name, of in (("domain", ""), ("legacy", "legacy_"))
        if values.get(f"{of}n") and (said := _interval(values, of))
    )
    return "; ".join((f"n {values['n']:,.0f}", *sides))


def _interval(values: Mapping[str, float], of: str) -> str:
    """Return a value with its interval; rates are percent, times milliseconds."""
    unit, name = ("ms", "time") if f"{of}time" in values else ("%", "rate")
    value = values.get(f"{of}{name}")
    if value is None:
        return ""
    low, high = values.get(f"{of}low"), values.get(f"{of}high")
    between = "" if low is None or high is None else f" ({_short(low)} to {_short(high)})"
    return f"{_short(value)}{between} {unit}"


def _time(iso: str) -> str:
    return iso[:19].replace("T", " ")


def _short(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _seconds(since: str, until: str) -> float:
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()
