"""Puts a table into a document, between two markers."""

from pathlib import Path

BEGIN = "<!-- chaos: begin -->\n"
END = "<!-- chaos: end -->\n"


def replace_between_markers(path: Path, text: str) -> None:
    """Put `text` in place of what stands between the markers; ValueError where they are not."""
    before, begin, rest = path.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{path} lacks the lines {BEGIN.strip()} and {END.strip()}")
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}")
