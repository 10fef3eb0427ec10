"""Numbers as people read them. Pure."""


def number(value: float) -> str:
    """Return `value` with three significant digits, thousands separated."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"
