"""Numbers as people read them: with as many digits as mean something. Pure."""


def percent(value: float) -> str:
    """Return a percentage with as many digits as mean something."""
    if value in (0, 100):
        return f"{value:.0f}"
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:.0f}"


def milliseconds(value: float) -> str:
    """Return a time with as many digits as mean something."""
    if value == 0:
        return "0"
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def duration(seconds: float) -> str:
    """Return a time as people say it: 90 s, 12 min, 3 h 5 min."""
    whole = max(round(seconds), 0)
    if whole < 120:
        return f"{whole} s"
    minutes = -(-whole // 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"
