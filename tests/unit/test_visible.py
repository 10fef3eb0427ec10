"""Text of others is shown letter by letter: in logs, in terminals, in JSON."""

import io
import json
import logging
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Group
from rich.table import Table
from rich.text import Text

from gateway.cli.output import Terminal, json_text
from servicekit.logs import FORMAT, OneLine
from servicekit.visible import DOING, visible

ANYTHING = st.text() | st.text(alphabet="a[]/\\\x1b\x9b\n\r\t\u202e\u2066\ud800:摄")


@given(ANYTHING)
def test_what_is_visible_does_nothing(text: str) -> None:
    """One line, that any file takes; and what did nothing is as it was."""
    shown = visible(text)
    assert not DOING.search(shown)
    shown.encode()
    assert shown == text or DOING.search(text)


@pytest.mark.parametrize("text", ["摄像头 1", "خانه\u200cها", "👨\u200d👩\u200d👧", "a\tb", "café"])
def test_words_stay_as_they_are(text: str) -> None:
    """Joiners within words and emoji, and tabs, are no harm."""
    assert visible(text) == text


def test_each_kind_has_its_sign() -> None:
    """What stands in a log can be told apart, and looked for."""
    assert visible("a\nb\r\x1b[2J\x7f\x9b\u2028\u202e\u2069\ud800") == (
        r"a\nb\r\x1b[2J\x7f\x9b\u2028\u202e\u2069\ud800"
    )


@given(ANYTHING, ANYTHING)
def test_a_record_of_a_log_is_one_line_and_a_traceback_is_indented(name: str, said: str) -> None:
    """No text that is logged begins a line, not even an exception's."""
    try:
        raise ValueError(said)
    except ValueError:
        fault = sys.exc_info()
    record = logging.LogRecord("n", logging.INFO, "p", 1, "%s of %s", (name, said), fault)
    first, *more = OneLine(FORMAT).format(record).split("\n")
    assert first.endswith(f"INFO n {visible(name)} of {visible(said)}")
    assert more and all(line.startswith("    ") and not DOING.search(line) for line in more)


@given(ANYTHING)
def test_a_terminal_gets_our_own_styles_alone(text: str) -> None:
    """In a line, a styled one, a table and a group; markup and emoji codes are letters."""
    written = io.StringIO()
    terminal = Terminal(file=written, force_terminal=True, width=200)
    table = Table(text)
    table.add_row(Text(text, style="red"))
    for shown in (text, Text(text, style="bold"), table, Group(text, table)):
        terminal.print(shown, soft_wrap=True)
    ours = re.sub(r"\x1b\[[0-9;]*m", "", written.getvalue())
    assert not DOING.search(ours.replace("\n", ""))


def test_markup_and_emoji_codes_are_letters() -> None:
    """A name in brackets is shown, not taken for a style."""
    written = io.StringIO()
    Terminal(file=written).print("[bold]a[/bold] :bomb: [/nothing")
    assert written.getvalue() == "[bold]a[/bold] :bomb: [/nothing\n"


@given(st.dictionaries(ANYTHING, ANYTHING))
def test_json_says_the_same_and_does_nothing(value: dict[str, str]) -> None:
    """Whoever parses it gets the very value."""
    text = json_text(value, indent=2)
    assert json.loads(text) == value
    assert not DOING.search(text.replace("\n", ""))
