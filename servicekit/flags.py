"""Truth values as people write them in settings."""

TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def parse_flag(text: str) -> bool:
    """Return what a text says, in any case; ValueError when it is neither true nor false."""
    word = text.lower()
    if word not in TRUE + FALSE:
        raise ValueError(f"{text!r}: give true or false")
    return word in TRUE
