"""What a line is: it ends at \\n, \\r\\n or \\r, as the monolith read logs."""


def line_ends(text: bytes) -> int:
    """Return how many lines end in `text`."""
    if b"\r" not in text:
        return text.count(b"\n")
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")


def split_lines(text: bytes) -> list[str]:
    """Return the lines of `text` without their ends; bytes that are not UTF-8 are replaced."""
    lines = text.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


def after_last_end(text: bytes) -> int:
    """Return where the last complete line of `text` ends.

    A \\r at the very end is not complete: its \\n may come yet.
    """
    whole = text[:-1] if text.endswith(b"\r") else text
    return max(whole.rfind(b"\n"), whole.rfind(b"\r")) + 1
