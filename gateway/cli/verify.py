"""`camplane verify`: walks every endpoint of a running system, on both paths.

It works on a camera and a rule of its own, which it makes and removes; cameras
and rules of others are only read.
"""

import itertools
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import typer

from gateway.cli import verify_switches
from gateway.cli.output import REFUSED, console, print_json, print_table
from gateway.cli.rest import DEFAULT_DATA, AsJson, Data, Gateway, Url, detail
from gateway.compare.state.clip import write_clip

CAMERAS = "/api/v1/cameras"
RULES = "/api/v1/alerts/rules"
STREAM_SECONDS = 15.0


Send = Callable[[str, str, Any, dict[str, Any] | None], httpx.Response]


@dataclass(frozen=True)
class Finding:
    """What one operation answered on one path. `problem` is empty when it is as it should be."""

    operation: str
    path: str
    status: int
    milliseconds: float
    keys: tuple[str, ...]
    problem: str


@dataclass
class Walk:
    """One walk over the endpoints on one path."""

    gateway: Gateway
    path: str
    findings: list[Finding] = field(default_factory=list)

    def step(
        self,
        operation: str,
        method: str,
        address: str,
        body: Any = None,
        query: dict[str, Any] | None = None,
        want: int = 200,
        keys: str = "",
        true: Callable[[Any], bool] = lambda answer: True,
        send: Send | None = None,
    ) -> Any:
        """Make one request and note what is wrong with its answer; return its JSON."""
        began = time.perf_counter()
        answer = (send or self.gateway.send)(method, address, body, query)
        took = (time.perf_counter() - began) * 1000
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        value = answer.json() if is_json else None
        problem = self._problem(answer, value, want, keys.split(), true)
        found = tuple(sorted(value)) if isinstance(value, dict) else ()
        self.findings.append(
            Finding(operation, self.path, answer.status_code, round(took, 1), found, problem)
        )
        return value if value is not None else answer.content

    def _problem(
        self,
        answer: httpx.Response,
        value: Any,
        want: int,
        keys: list[str],
        true: Callable[[Any], bool],
    ) -> str:
        if answer.status_code != want:
            return f"wanted {want}: {detail(answer)}"
        answered = answer.headers.get("x-camplane-path")
        if self.path and answered != self.path:
            return f"answered by {answered or 'nobody known'}"
        if answer.headers.get("x-camplane-fallback"):
            return "answered as a fallback"
        missing = [key for key in keys if not isinstance(value, dict) or key not in value]
        if missing:
            return f"lacks {', '.join(missing)}"
        if not true(value if value is not None else answer.content):
            return "says something else than what was done"
        return ""


app = typer.Typer()
app.command()(verify_switches.switches)


@app.callback(invoke_without_command=True)
def verify(
    context: typer.Context, data: Data = DEFAULT_DATA, url: Url = "", as_json: AsJson = False
) -> None:
    """Walk every endpoint of a running system on both paths, and print what each answers.

    Exit code 0: all as documented and both paths alike; 1: not. `verify switches`
    needs no running system.
    """
    if context.invoked_subcommand is not None:
        return
    findings: list[Finding] = []
    camera_id = f"verify {secrets.token_hex(4)}"
    with _clip() as clip:
        for path in ("legacy", "domain"):
            walk = Walk(Gateway(data, url, path), path)
            _walk_cameras(walk, camera_id, clip)
            _walk_rules(walk)
            findings += walk.findings
    monitoring = Walk(Gateway(data, url), "")
    _walk_monitoring(monitoring)
    rows = [_row(*pair) for pair in zip(*_by_path(findings), strict=True)]
    rows += [_row(finding, None) for finding in monitoring.findings]
    failed = [row for row in rows if row["problem"]]
    if as_json:
        print_json({"ok": not failed, "operations": rows})
    else:
        print_table(
            ("operation", "legacy", "domain", "result"),
            (
                (r["operation"], _cell(r["legacy"]), _cell(r["domain"]), r["problem"] or "ok")
                for r in rows
            ),
        )
        console.print(f"{len(rows) - len(failed)} of {len(rows)} operations as documented")
    if failed:
        raise typer.Exit(REFUSED)


def _walk_cameras(walk: Walk, camera_id: str, clip: Path) -> None:
    address = f"{CAMERAS}/{camera_id.replace(' ', '%20')}"
    entry = {"id": camera_id, "name": "核对", "source": str(clip), "resolution": "32x24"}
    walk.step("list cameras", "GET", CAMERAS, keys="cameras")
    walk.step("create camera", "POST", CAMERAS, entry, keys="ok camera")
    try:
        _walk_one_camera(walk, address, camera_id)
    finally:
        walk.step("delete camera", "DELETE", address, keys="status")
    walk.step("get a deleted camera", "GET", address, want=404, keys="detail")
    walk.step("start an unknown camera", "POST", f"{address}/start", want=400, keys="detail")


def _walk_one_camera(walk: Walk, address: str, camera_id: str) -> None:
    status = "ok running pid log"
    walk.step("get camera", "GET", address, keys="id name source")
    walk.step("update camera", "PUT", address, {"name": "核对二"}, keys="status")
    walk.step("read the update", "GET", address, true=lambda answer: answer["name"] == "核对二")
    walk.step("start", "POST", f"{address}/start", keys=f"{status} cmd")
    running = walk.step("status", "GET", f"{address}/status", keys=status, true=_is_running)
    walk.step(
        "batch status",
        "POST",
        f"{CAMERAS}/batch-status",
        {"camera_ids": [camera_id]},
        true=lambda answer: answer.get(camera_id) == running,
    )
    _await_frames(walk, address)
    walk.step(
        "stats",
        "GET",
        f"{address}/stats",
        keys="camera_id running pid log_file stats",
        true=lambda answer: answer["stats"]["total_frames"] > 0,
    )
    walk.step(
        "logs",
        "GET",
        f"{address}/logs",
        query={"lines": 5},
        keys="camera_id log_file total_lines lines",
        true=lambda answer: 0 < len(answer["lines"]) <= 5,
    )
    walk.step(
        "log stream",
        "GET",
        f"{address}/logs/stream",
        query={"lines": 1},
        true=lambda event: event.startswith(b"id: ") and b"\ndata: " in event,
        send=_first_event(walk.gateway),
    )
    walk.step(
        "preview",
        "GET",
        f"{address}/preview",
        true=lambda picture: picture[:2] == b"\xff\xd8" and picture[-2:] == b"\xff\xd9",
    )
    walk.step("restart", "POST", f"{address}/restart", keys=f"{status} cmd")
    walk.step("stop", "POST", f"{address}/stop", keys="ok running")
    walk.step(
        "status when stopped",
        "GET",
        f"{address}/status",
        true=lambda answer: not answer["running"] and answer["pid"] == 0,
    )
    on = {"auto_start": "true"}
    walk.step("auto-start", "PUT", f"{address}/auto-start", query=on, keys="camera_id auto_start")
    walk.step("deactivate", "POST", f"{address}/deactivate", keys="ok camera_id active stopped")
    walk.step("start an inactive camera", "POST", f"{address}/start", want=400, keys="detail")
    walk.step("activate", "POST", f"{address}/activate", keys="ok camera_id active")
    walk.step("refresh", "POST", f"{CAMERAS}/refresh", keys="status message timestamp")


def _walk_rules(walk: Walk) -> None:
    rule = {"name": "核对", "rule_type": "no_detection", "conditions": {"minutes": 3}}
    made = walk.step("create rule", "POST", RULES, {**rule, "enabled": False}, keys="ok id")
    address = f"{RULES}/{made.get('id') if isinstance(made, dict) else 0}"
    try:
        walk.step("list rules", "GET", RULES, keys="count items")
        walk.step("get rule", "GET", address, keys="id name camera_id conditions updated_at")
        walk.step("update rule", "PUT", address, {"priority": "low"}, keys="ok")
        walk.step("read the rule", "GET", address, true=lambda answer: answer["priority"] == "low")
        walk.step("rule without a name", "POST", RULES, {}, want=400, keys="detail")
    finally:
        walk.step("delete rule", "DELETE", address, keys="ok")
    walk.step("get a deleted rule", "GET", address, want=404, keys="detail")
    walk.step("history", "GET", "/api/v1/alerts/history-db", query={"limit": 1}, keys="count items")


def _walk_monitoring(walk: Walk) -> None:
    base = "/api/v1/monitoring"
    walk.step("ping", "GET", "/api/ping", true=lambda answer: answer["message"] == "pong")
    walk.step(
        "monitoring health",
        "GET",
        f"{base}/health",
        keys="status timestamp checks",
        true=lambda answer: answer["checks"]["camera_data_consistency"] == "ok",
    )
    walk.step(
        "monitoring metrics",
        "GET",
        f"{base}/metrics",
        keys="timestamp requests domain_service response_time errors data_consistency",
    )
    walk.step(
        "consistency",
        "GET",
        f"{base}/consistency",
        keys="consistent checked_at issues notes db_count yaml_count",
    )
    walk.step(
        "consistency repair, planned",
        "POST",
        f"{base}/consistency/repair",
        {},
        keys="dry_run actions backup by_hand",
        true=lambda answer: answer["dry_run"] is True,
    )
    walk.step(
        "undo of an unknown repair",
        "POST",
        f"{base}/consistency/undo",
        {"backup": "none"},
        want=404,
        keys="detail",
    )
    walk.step("unknown path", "GET", "/api/v1/nothing", want=404, keys="detail")
    walk.step("wrong method", "PATCH", CAMERAS, want=405, keys="detail")


def _await_frames(walk: Walk, address: str) -> None:
    """Wait until the worker reports a frame, or long enough to say that it does not."""
    deadline = time.monotonic() + STREAM_SECONDS
    while time.monotonic() < deadline:
        answer = walk.gateway.send("GET", f"{address}/stats")
        if answer.is_success and answer.json()["stats"]["total_frames"] > 0:
            return
        time.sleep(0.1)


def _first_event(gateway: Gateway) -> Send:
    """Return what asks for a stream and answers with its first event alone."""

    def send(method: str, address: str, body: Any, query: dict[str, Any] | None) -> httpx.Response:
        try:
            with gateway.stream(address, query or {}, {}) as answer:
                event = itertools.takewhile(bool, answer.iter_lines())
                content = "\n".join(event).encode()
                return httpx.Response(answer.status_code, headers=answer.headers, content=content)
        except httpx.HTTPStatusError as error:
            return error.response

    return send


def _by_path(findings: list[Finding]) -> tuple[list[Finding], list[Finding]]:
    half = len(findings) // 2
    return findings[:half], findings[half:]


def _row(first: Finding, second: Finding | None) -> dict[str, Any]:
    problem = f"{first.path or 'gateway'}: {first.problem}" if first.problem else ""
    if second is not None:
        if second.problem:
            problem = f"{problem}; " * bool(problem) + f"{second.path}: {second.problem}"
        elif not problem and first.keys != second.keys:
            problem = f"the two differ: {sorted(set(first.keys) ^ set(second.keys))}"
    return {
        "operation": first.operation,
        "legacy": _facts(first),
        "domain": _facts(second) if second else None,
        "problem": problem,
    }


def _facts(finding: Finding) -> dict[str, Any]:
    return {"status": finding.status, "milliseconds": finding.milliseconds}


def _cell(facts: dict[str, Any] | None) -> str:
    return f"{facts['status']}  {facts['milliseconds']:6.1f} ms" if facts else ""


def _is_running(answer: Any) -> bool:
    return bool(answer["running"] and answer["pid"] > 0)


@contextmanager
def _clip() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="camplane-verify-") as folder:
        path = Path(folder) / "clip.mp4"
        write_clip(path)
        yield path
