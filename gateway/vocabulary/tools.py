"""How requests of camplane's own tools are told from those of clients: they say so.

Any client may say it. That takes its own requests out of the evidence, and no others.
"""

HEADER = "camplane-tool"


def named(tool: str) -> dict[str, str]:
    """Return the header by which a tool says who it is."""
    return {HEADER: tool}
