"""The latencies as a picture: how large a share was answered within which time. Pure."""

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from camplane_tools.probe.probe import Measured
from camplane_tools.probe.targets import EXTERNAL
from gateway.vocabulary.split import DOMAIN, LEGACY

_COLOURS = {LEGACY: "#b45309", DOMAIN: "#1d4ed8", EXTERNAL: "#4b5563"}
_WIDTH, _PANEL, _LEFT, _TOP = 760, 240, 60, 46
_PLOT_WIDTH, _PLOT_HEIGHT = _WIDTH - _LEFT - 30, 150
# Of a line; the rest would be drawn over each other.
_POINTS = 400
_SHARES = (0, 50, 95, 99, 99.9)


def chart(title: str, measured: Sequence[Measured]) -> str:
    """Return an SVG: a panel for each endpoint, a line for each contender.

    Across: milliseconds, logarithmic, the same in all panels. Upwards: the share
    of requests answered within them; the scale widens towards 99.9 % and ends there.
    """
    times = [
        each
        for one in measured
        for bursts in one.bursts.values()
        for burst in bursts
        for each in burst.latencies
    ]
    height = _TOP + _PANEL * len(measured)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        ' font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        _text(_LEFT, 24, title, size=15),
    ]
    if times:
        decades = _decades(min(times), max(times))
        for number, one in enumerate(measured):
            parts += _panel(one, decades, _TOP + _PANEL * number)
    return "\n".join([*parts, "</svg>\n"])


def _panel(measured: Measured, decades: tuple[int, int], top: int) -> list[str]:
    parts = [_text(_LEFT, top + 14, measured.endpoint.name, weight="600")]
    top += 24
    for share in _SHARES:
        y = top + _height(share / 100)
        parts.append(_rule(_LEFT, y, _LEFT + _PLOT_WIDTH, y))
        parts.append(_text(_LEFT - 8, y + 4, f"{share} %", anchor="end"))
    for power in range(decades[0], decades[1] + 1):
        x = _across(10.0**power, decades)
        parts.append(_rule(x, top, x, top + _PLOT_HEIGHT))
        parts.append(_text(x, top + _PLOT_HEIGHT + 16, f"{10.0**power:g} ms", anchor="middle"))
    for number, (name, bursts) in enumerate(measured.bursts.items()):
        colour = _COLOURS.get(name, "#000")
        latencies = sorted(each for burst in bursts for each in burst.latencies)
        points = " ".join(
            f"{_across(ms, decades):.1f},{top + _height(share):.1f}"
            for ms, share in _thinned(latencies)
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        x = _LEFT + _PLOT_WIDTH - 90 * (len(measured.bursts) - number)
        parts.append(f'<rect x="{x}" y="{top - 20}" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(x + 18, top - 10, name))
    return parts


def _thinned(latencies: Sequence[float]) -> list[tuple[float, float]]:
    """Return (milliseconds, share within them), the longest times in full."""
    count = len(latencies)
    step = max(count // _POINTS, 1)
    ranks = sorted({*range(0, count, step), *range(max(count - _POINTS // 4, 0), count)})
    return [(latencies[rank], (rank + 1) / count) for rank in ranks]


def _decades(shortest: float, longest: float) -> tuple[int, int]:
    low = math.floor(math.log10(max(shortest, 0.001)))
    return low, max(math.ceil(math.log10(max(longest, 0.001))), low + 1)


def _across(milliseconds: float, decades: tuple[int, int]) -> float:
    low, high = decades
    share = (math.log10(max(milliseconds, 0.001)) - low) / (high - low)
    return _LEFT + share * _PLOT_WIDTH


def _height(share: float) -> float:
    """Return how far below the panel's top a share stands: 90, 99 and 99.9 % a third each."""
    nines = min(-math.log10(max(1 - share, 1e-9)), 3.0)
    return _PLOT_HEIGHT * (1 - nines / 3.0)


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="#e5e7eb"/>'


def _text(
    x: float, y: float, text: str, anchor: str = "start", size: int = 12, weight: str = "400"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
        f' font-weight="{weight}" fill="#111827">{escape(text)}</text>'
    )
