"""What one path writes, the other must read at once; and what neither path is asked."""

from collections.abc import Iterator

from camplane_tools.compare.model import Case
from camplane_tools.compare.suite.cameras import NEW
from camplane_tools.compare.suite.rules import RULE
from camplane_tools.compare.suite.writing import ask, case, other
from camplane_tools.harness.operations import CAMERAS, HISTORY, RULES

CAM0 = f"{CAMERAS}/cam0"


def cases() -> Iterator[Case]:
    yield from _cameras()
    yield from _rules()
    yield from _workers()
    yield from _routes()
    yield from _monitoring()


def _cameras() -> Iterator[Case]:
    read, listed = ask("GET", CAM0), ask("GET", CAMERAS)
    for name, write in {
        "a name": other("PUT", CAM0, {"name": "umbenannt"}),
        "a new key": other("PUT", CAM0, {"neu": {"a": [1, None, "日"]}}),
        "deactivation": other("POST", f"{CAM0}/deactivate"),
        "auto-start": other("PUT", f"{CAM0}/auto-start?auto_start=true"),
        "deletion": other("DELETE", CAM0),
    }.items():
        yield case(f"the other path's {name} is read", read, write, read, listed)
        mine = ask(write.method, write.target, raw=write.body)
        back = other("GET", CAM0)
        yield case(f"{name} is read on the other path", back, mine, back)
    created = other("POST", CAMERAS, NEW)
    new = ask("GET", f"{CAMERAS}/new1")
    yield case("the other path's new camera is read", listed, created, new, listed)
    yield case("what the other path made is no second time", created, ask("POST", CAMERAS, NEW))
    yield case(
        "both paths change one camera in turn",
        *(
            (other if number % 2 else ask)("PUT", CAM0, {f"key{number}": number})
            for number in range(6)
        ),
        read,
        other("GET", CAM0),
    )
    off = other("POST", f"{CAM0}/deactivate")
    yield case("the other path's deactivation forbids a start", off, ask("POST", f"{CAM0}/start"))
    on = other("POST", f"{CAMERAS}/cam_off/activate")
    started = ask("POST", f"{CAMERAS}/cam_off/start")
    yield case("the other path's activation allows a start", on, started)


def _rules() -> Iterator[Case]:
    listed = ask("GET", RULES)
    two = f"{RULES}/2"
    yield case("the other path's new rule is listed", listed, other("POST", RULES, RULE), listed)
    yield case(
        "a new rule is listed on the other path", ask("POST", RULES, RULE), other("GET", RULES)
    )
    yield case(
        "the other path's change of a rule is read",
        ask("GET", two),
        other("PUT", two, {"priority": "low"}),
        ask("GET", two),
        listed,
    )
    yield case("the other path's deletion of a rule is seen", other("DELETE", two), ask("GET", two))
    yield case(
        "ids go on where the other path was",
        other("POST", RULES, RULE),
        ask("POST", RULES, RULE),
        other("POST", RULES, RULE),
        listed,
    )


def _workers() -> Iterator[Case]:
    status = ask("GET", f"{CAM0}/status")
    start, stop = ask("POST", f"{CAM0}/start"), ask("POST", f"{CAM0}/stop")
    yield case("the other path's worker runs here", other("POST", f"{CAM0}/start"), status, start)
    yield case(
        "a worker is stopped on the other path",
        start,
        other("POST", f"{CAM0}/stop"),
        status,
        stop,
    )
    yield case("a worker is restarted on the other path", start, other("POST", f"{CAM0}/restart"))
    yield case("the other path deletes what runs", start, other("DELETE", CAM0), status)


def _routes() -> Iterator[Case]:
    for path in ("/", "/api", "/api/v1", "/api/v1/nothing", "/api/v1/cameras/a/b/c", "/docs"):
        yield case(f"no such path {path}", ask("GET", path))
    for path in (CAMERAS, CAM0, RULES, f"{RULES}/2", f"{CAM0}/start", f"{CAM0}/status", HISTORY):
        for method in ("PATCH", "HEAD"):
            yield case(f"{method} {path}", ask(method, path, {}))
    for method, path in (
        *(("GET", f"{CAM0}/{name}") for name in ("start", "stop", "restart", "activate")),
        *(("GET", f"{CAMERAS}/{name}") for name in ("batch-status", "refresh")),
        *(("POST", f"{CAM0}/{name}") for name in ("status", "logs", "stats", "preview")),
        *(("PUT", CAMERAS), ("DELETE", CAMERAS), ("POST", CAM0), ("POST", HISTORY)),
        *(("DELETE", RULES), ("POST", f"{RULES}/2"), ("DELETE", HISTORY)),
    ):
        yield case(f"wrong method: {method} {path}", ask(method, path))
    for path in (f"{CAMERAS}/", f"{RULES}/", f"{CAM0}/status/"):
        yield case(f"a slash at the end: {path}", ask("GET", path))
    for value in ("abc", "", "2", "yes"):
        yield case(f"force_domain={value}", ask("GET", f"{CAMERAS}?force_domain={value}"))
    for value in ("TRUE", "False", "1", "0"):
        yield case(f"force_domain={value}", ask("GET", f"{RULES}?force_domain={value}"))
    preview = f"{CAMERAS}/vid1/preview?force_domain=true"
    yield case("preview, forced", ask("GET", preview))


def _monitoring() -> Iterator[Case]:
    base = "/api/v1/monitoring"
    for path in ("/api/ping", "/health", f"{base}/health", f"{base}/metrics"):
        yield case(f"monitoring {path}", ask("GET", path))
    consistency = f"{base}/consistency"
    yield case("consistency", ask("GET", consistency))
    for body in ({}, {"dry_run": True, "camera_ids": ["cam0"]}, {"kinds": ["ghost"]}, [1]):
        yield case(f"consistency repair {body}", ask("POST", f"{consistency}/repair", body))
    for backup in ("", "ghost", "../../evil"):
        undo = ask("POST", f"{consistency}/undo", {"backup": backup})
        yield case(f"consistency undo {backup!r}", undo)
    for query in ("context=ghost", "rpc=ghost", "minutes=x"):
        yield case(f"monitoring comparison ?{query}", ask("GET", f"{base}/comparison?{query}"))
    for query in ("context=ghost", "limit=x", "kind=ghost"):
        yield case(f"monitoring traces ?{query}", ask("GET", f"{base}/traces?{query}"))
    yield case("monitoring trace that is not kept", ask("GET", f"{base}/traces/{'0' * 32}"))
    yield case("monitoring stream", ask("GET", f"{base}/stream", events=1))
