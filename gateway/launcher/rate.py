"""`gateway.rate`: from what stands in the file to what Envoy is told."""

from typing import Any

from gateway.proxy.topology import ON, SHADOW, Rate

_MOST = 1_000_000
# What a page asks for when it is opened is no flood.
_BURST_SECONDS = 2


def parse_rate(value: Any) -> Rate:
    """Return what one client may ask for; ValueError with what is wrong."""
    known = ("requests_per_second", "burst", "mode")
    if not isinstance(value, dict) or not value.keys() <= set(known):
        raise ValueError(f"give a mapping of {', '.join(known)}")
    each_second = _whole("requests_per_second", value.get("requests_per_second"))
    burst = _whole("burst", value.get("burst", min(_BURST_SECONDS * each_second, _MOST)))
    if burst < each_second:
        raise ValueError("burst: give no less than requests_per_second")
    mode = value.get("mode", ON)
    mode = ON if mode is True else mode  # as YAML has it
    if mode not in (ON, SHADOW):
        raise ValueError(f"mode: give {ON} or {SHADOW}")
    return Rate(each_second, burst, mode)


def _whole(key: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _MOST:
        raise ValueError(f"{key}: give a whole number from 1 to {_MOST}")
    return value
