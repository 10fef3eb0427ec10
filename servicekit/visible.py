"""Makes characters visible that do something where text is shown, instead of being shown.

Names, ids and reasons come from anyone. A line break in one forges a line of a log, an escape
sequence clears the terminal it is read in, an override of direction shows it backwards.
"""

import re

# Control characters but for the tab, separators of lines, what embeds, overrides or isolates a
# direction, and halves of characters, which no file takes. Joiners stay: words need them.
DOING = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SHORT = {"\n": r"\n", "\r": r"\r"}


def visible(text: str) -> str:
    r"""Return `text` as one line that does nothing: \n, \x1b and \u202e in their place."""
    return DOING.sub(lambda found: escape(found.group()), text)


def escape(letter: str) -> str:
    """Return how a character of DOING is shown."""
    code = ord(letter)
    return _SHORT.get(letter) or (f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}")
