"""Cameras: listed, read, created, changed, deleted."""

from collections.abc import Iterator
from typing import Any

from camplane_tools.compare.model import Case, Given
from camplane_tools.compare.suite.writing import BAD_IDS, IDS, SPACE, UNICODE, ask, case, shown
from camplane_tools.harness.operations import CAMERAS

NEW: dict[str, Any] = {"id": "new1", "name": "New 1", "source": "rtsp://x/1"}
FULL = {
    **NEW,
    "location": "hall",
    "resolution": [1280, 720],
    "fps": 15,
    "region_id": "r1",
    "regions_file": "config/regions.json",
    "profile": "fast",
    "device": "cpu",
    "imgsz": "640",
    "auto_tune": True,
    "active": True,
    "auto_start": True,
    "env": {"A": "1"},
}
# Bodies that are no object, as text.
MALFORMED = {
    "bad JSON": '{"id": ',
    "bad JSON 2": "{bad",
    "a comma too many": '{"name":"x",}',
    "two values": '{"id":"x","name":"n","source":"s"} trailing',
    "null": "null",
    "a number": "5",
    "a string": '"text"',
    "an array": "[1]",
    "nothing": "",
    "a byte order mark": "\ufeff{}",
    "NaN": '{"id":"x","name":"n","source":"s","v":NaN}',
    "infinity": '{"id":"x","name":"n","source":"s","v":Infinity}',
    "beyond a double": '{"id":"x","name":"n","source":"s","v":1e999}',
    "a lone surrogate": '{"id":"x","name":"\\ud800","source":"s"}',
    "NUL in a value": '{"id":"x","name":"a\\u0000b","source":"s"}',
    "NUL in a key": '{"id":"x","name":"n","source":"s","k\\u0000":1}',
    "nested too deep": '{"id":"x","name":"n","source":"s","v":' + "[" * 64 + "]" * 64 + "}",
}
NO_TEXT: tuple[Any, ...] = (None, "", 5, True, [], {})


def cases() -> Iterator[Case]:
    yield from _list()
    yield from _read()
    yield from _create()
    yield from _update()
    yield from _delete()
    yield from _malformed_file()


def _list() -> Iterator[Case]:
    yield case("list cameras", ask("GET", CAMERAS))
    for query in ("true", "false", "1", "0", "yes", "on", "TRUE", "abc", ""):
        yield case(f"list active_only={query}", ask("GET", f"{CAMERAS}?active_only={query}"))
    for query in ("foo=bar", "active_only=true&active_only=false", "camera_id=x", "%00=1"):
        yield case(f"list ?{query}", ask("GET", f"{CAMERAS}?{query}"))
    empty = Given(cameras="cameras: []\n")
    yield case("list no cameras", ask("GET", CAMERAS), given=empty)
    comments = Given(
        cameras="# hall 3\nsite: 北京\ncameras:\n- {id: a, name: A, source: s}\n# end\n"
    )
    yield case("list of a file with other keys", ask("GET", CAMERAS), given=comments)


def _read() -> Iterator[Case]:
    for camera_id in (*IDS, SPACE, UNICODE, "ghost", "cam_nosrc", "cam_badenv", "refresh"):
        yield case(f"get {camera_id}", ask("GET", f"{CAMERAS}/{camera_id}"))
    for bad in BAD_IDS:
        yield case(f"get bad id {bad[:20]}", ask("GET", f"{CAMERAS}/{bad}"))


def _create() -> Iterator[Case]:
    listed = ask("GET", CAMERAS)
    yield case("create full", ask("POST", CAMERAS, FULL), ask("GET", f"{CAMERAS}/new1"), listed)
    for field in ("id", "name", "source"):
        without = {key: value for key, value in NEW.items() if key != field}
        yield case(f"create without {field}", ask("POST", CAMERAS, without), listed)
        for value in NO_TEXT:
            body = {**NEW, field: value}
            yield case(f"create {field}={shown(value)}", ask("POST", CAMERAS, body))
    for camera_id in ("cam0", "12345", "cam space"):
        body = {**NEW, "id": camera_id}
        yield case(f"create existing {camera_id}", ask("POST", CAMERAS, body), listed)
    for camera_id in ("a b", "门口📷", "x" * 128, "%41", "batch-status", "."):
        made = {**NEW, "id": camera_id, "name": "大门摄像头", "source": "rtsp://例子/1"}
        made = {**NEW, "id": camera_id} if camera_id == "a b" else made
        yield case(f"create id {shown(camera_id)}", ask("POST", CAMERAS, made), listed)
    for camera_id in ("../../evil", "a/b", "..", "a\\b", "a\nb", "x" * 129, "名" * 67):
        body = {**NEW, "id": camera_id}
        yield case(f"create bad id {shown(camera_id)}", ask("POST", CAMERAS, body), listed)
    for name, text in MALFORMED.items():
        yield case(f"create from {name}", ask("POST", CAMERAS, raw=text), listed)
    yield case("create from an array of one", ask("POST", CAMERAS, [NEW]))
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "application/ld+json"):
        request = ask("POST", CAMERAS, NEW, headers={"content-type": media_type})
        yield case(f"create as {media_type}", request)
    yield case("create without a type", ask("POST", CAMERAS, NEW, headers={}))
    numbers = (
        '{"id":"n","name":"n","source":"s","z":9007199254740993,"a":0.1,"m":[1,1.5,-0.0,true,null]}'
    )
    yield case(
        "create keeps numbers and order",
        ask("POST", CAMERAS, raw=numbers),
        ask("GET", f"{CAMERAS}/n"),
    )
    twice = '{"id":"n","id":"m","name":"n","source":"s"}'
    yield case("create with a key twice", ask("POST", CAMERAS, raw=twice), listed)


def _update() -> Iterator[Case]:
    def update(name: str, camera_id: str, body: Any) -> Case:
        address = f"{CAMERAS}/{camera_id}"
        return case(f"update {name}", ask("PUT", address, body), ask("GET", address))

    yield update("ok", "cam0", {"name": "新名字", "fps": 10})
    yield update("unknown", "ghost", {"name": "x"})
    yield update("active=false", "cam0", {"active": False})
    yield update("a space id", SPACE, {"name": "x"})
    yield update("a unicode id", UNICODE, {"name": "x"})
    yield update("an integer id", "12345", {"name": "N"})
    yield update("'batch-status' as id", "batch-status", {"name": "x"})
    yield update("nothing", "cam0", {})
    yield update("nothing of an unknown", "ghost", {})
    yield update("the same values", "cam0", {"name": "灰度测试更新", "source": "nofile.mp4"})
    yield update("unknown keys", "cam0", {"neu": {"a": [1, None, "日"]}, "z": 1.0, "y": 1})
    yield update("a key to null", "cam0", {"profile": None})
    yield update("a boolean to a number", "cam0", {"auto_tune": 1})
    yield update("its own id", "cam0", {"id": "cam0"})
    for changed in ("cam1", "vid1", None, 5, ""):
        yield update(f"id to {shown(changed)}", "cam0", {"id": changed})
    for field in ("name", "source"):
        for value in NO_TEXT:
            yield update(f"{field}={shown(value)}", "cam0", {field: value})
    for name, text in MALFORMED.items():
        address = f"{CAMERAS}/cam0"
        yield case(f"update from {name}", ask("PUT", address, raw=text), ask("GET", address))
    for bad in BAD_IDS:
        yield case(f"update bad id {bad[:20]}", ask("PUT", f"{CAMERAS}/{bad}", {"name": "x"}))


def _delete() -> Iterator[Case]:
    listed = ask("GET", CAMERAS)
    for camera_id in ("cam0", SPACE, UNICODE, "12345", "ghost", "batch-status"):
        address = f"{CAMERAS}/{camera_id}"
        again = ask("DELETE", address)
        yield case(f"delete {camera_id}", ask("DELETE", address), again, listed)
    yield case("delete with a body", ask("DELETE", f"{CAMERAS}/cam0", {"a": 1}), listed)
    yield case(
        "create again what was deleted",
        ask("DELETE", f"{CAMERAS}/cam0"),
        ask("POST", CAMERAS, {**NEW, "id": "cam0"}),
        listed,
    )
    for bad in BAD_IDS:
        yield case(f"delete bad id {bad[:20]}", ask("DELETE", f"{CAMERAS}/{bad}"))


def _malformed_file() -> Iterator[Case]:
    asked = (
        ask("GET", CAMERAS),
        ask("GET", f"{CAMERAS}/cam0"),
        ask("POST", CAMERAS, NEW),
        ask("PUT", f"{CAMERAS}/cam0", {"name": "x"}),
        ask("DELETE", f"{CAMERAS}/cam0"),
        ask("POST", f"{CAMERAS}/cam0/start"),
        ask("POST", f"{CAMERAS}/cam0/activate"),
        ask("POST", f"{CAMERAS}/batch-status", {}),
        ask("POST", f"{CAMERAS}/refresh"),
    )
    for text in ("cameras: [\n", "cameras: text\n", "- a\n"):
        given = Given(cameras=text)
        yield case(f"a malformed cameras.yaml {shown(text)}", *asked, given=given)
