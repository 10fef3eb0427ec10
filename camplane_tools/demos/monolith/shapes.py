"""What answers look like, whoever gives them (docs/rest-api.md). Pure."""

from typing import Any

Json = Any

_RULE = {
    "id": int,
    "name": str,
    "camera_id": (str, type(None)),
    "rule_type": str,
    "conditions": object,
    "notification_channels": object,
    "recipients": object,
    "enabled": bool,
    "priority": str,
    "created_at": str,
    "updated_at": str,
}
_STATS = {
    "camera_id": str,
    "running": bool,
    "pid": int,
    "log_file": str,
    "stats": dict,
}
_FIGURES = {
    "total_frames",
    "processed_frames",
    "detected_persons",
    "detected_hairnets",
    "detected_handwash",
    "avg_fps",
    "avg_detection_time",
    "last_detection_time",
}


def is_status(json: Json) -> bool:
    """Is it the status of a camera?"""
    return (
        _has(json, {"ok": bool, "running": bool, "pid": int, "log": str})
        and json["ok"]
        and (json["pid"] > 0) == json["running"]
    )


def is_stats(json: Json) -> bool:
    """Are these the figures of a camera?"""
    return _has(json, _STATS) and set(json["stats"]) == _FIGURES


def is_log(json: Json, camera_id: str) -> bool:
    """Is it the end of a camera's log, or that there is none yet?"""
    return (
        isinstance(json, dict)
        and json.get("camera_id") == camera_id
        and isinstance(json.get("lines"), list)
        and ("total_lines" in json or "message" in json)
    )


def is_camera_list(json: Json) -> bool:
    """Is it a list of cameras?"""
    return _has(json, {"cameras": list}) and all("id" in one for one in json["cameras"])


def is_rule_list(json: Json) -> bool:
    """Is it a list of rules, with all their keys?"""
    return (
        _has(json, {"count": int, "items": list})
        and json["count"] == len(json["items"])
        and all(_has(rule, _RULE) for rule in json["items"])
    )


def _has(json: Json, keys: dict[str, Any]) -> bool:
    """Has it these keys, of these types, and no other?"""
    return (
        isinstance(json, dict)
        and json.keys() == keys.keys()
        and all(isinstance(json[key], kind) for key, kind in keys.items())
    )
