"""What follows the name of a secret in running text: `pw: x`, `--password x`, `{"pwd": "x"}`.

For who reads no secrets. A name is looked for by its end, so that a prefix of any kind
(`rtsp_password`, `X-Api-Key`) is one with it; short names, which are the ends of many words, are
looked for whole. By a sign (`:`, `=`) what follows is hidden; by a blank, behind names that
are hardly used otherwise, unless it is a word that tells of the secret and is none. Linear in
the text's length.
"""

import re

from servicekit.masking import HIDDEN

_PASSWORDS = (
    "password|passwd|passphrase|passcode|passwort|kennwort|loginpas|pwd|psw|contraseña|wachtwoord"
    "|密码|密碼|口令|パスワード|пароль"
)
_KEYS = "(?:api|access|auth|stream|private|secret)[-_ ]?(?:key|code)"
_LONG = f"{_PASSWORDS}|{_KEYS}|token|secret|jwt"
_WHOLE_BEFORE_A_BLANK = "pw|psk|pin|otp|bearer|basic"
_LONG_BEFORE_A_SIGN = f"{_LONG}|credentials?|signature|session(?:[-_ ]?id)?"
_WHOLE_BEFORE_A_SIGN = f"{_WHOLE_BEFORE_A_BLANK}|p|pas|pass|auth|key|sid|sig|code|cred|streamid"
_NO_LETTER_BEFORE, _END = r"(?<![^\W_])", r"s?[\d_]{0,3}(?![^\W_])"
_BLANKS = r"[ \t]{0,8}"
_QUOTE = r"\\{0,4}[\"'`]"
# An exit code, a number of a channel.
_NUMBER = r"-?\d{1,3}(?!\S)"
_TELLING = (
    "accepted|and|are|as|at|auth|authentication|by|changed|denied|does|empty|ended|expired|expires"
    "|failed|file|for|from|given|has|have|in|incorrect|invalid|missing|must|needed|not|of|on|or"
    "|rejected|refused|required|revoked|sent|set|that|to|too|unknown|valid|with|without|wrong"
)
_VALUE = (
    rf"(?P<quote>{_QUOTE})?"
    r"(?(quote)(?:[^\"'`\\\r\n]|\\.|(?!(?P=quote))[\"'`])*|(?:[\[{][^\r\n]*|[^\s&]+))"
)
_BEFORE_A_SIGN = re.compile(
    rf"(?P<before>(?:(?:{_LONG_BEFORE_A_SIGN})|{_NO_LETTER_BEFORE}(?:{_WHOLE_BEFORE_A_SIGN})){_END}"
    rf"(?:{_QUOTE})?{_BLANKS}(?:[:=：]+>?|[ \t](?:is|was)[ \t]){_BLANKS})"
    rf"(?!(?<=[:：=\s]){_NUMBER}){_VALUE}",
    re.IGNORECASE,
)
_BEFORE_A_BLANK = re.compile(
    rf"(?P<before>(?:(?:{_LONG})|{_NO_LETTER_BEFORE}(?:{_WHOLE_BEFORE_A_BLANK})){_END}"
    rf"(?:{_QUOTE})?[ \t]{{1,8}})(?!(?:{_TELLING})(?![^\W_])|[:=：]|is[ \t]|was[ \t]){_VALUE}",
    re.IGNORECASE,
)
# Headers whose whole value is one, or several, in a grammar of its own.
_HEADER = re.compile(
    rf"(?P<before>(?:authorization|cookie)(?:{_QUOTE})?{_BLANKS}[:=：]{_BLANKS})[^\r\n]+",
    re.IGNORECASE,
)
# A URL that is percent-encoded, once or more often.
_ENCODED_URL = re.compile(r"%(?:25)*3a(?:%(?:25)*(?:2f|5c)){2}", re.IGNORECASE)
_WORD = re.compile(r"[^ \t\r\n]+")


def without_named_secrets(text: str) -> str:
    """Return the text with what follows the names of secrets hidden, and encoded URLs."""
    if "%" in text and _ENCODED_URL.search(text):
        text = _WORD.sub(lambda word: _shown_word(word.group()), text)
    text = _HEADER.sub(rf"\g<before>{HIDDEN}", text)
    return _BEFORE_A_BLANK.sub(_hidden, _BEFORE_A_SIGN.sub(_hidden, text))


def _shown_word(word: str) -> str:
    return HIDDEN if _ENCODED_URL.search(word) else word


def _hidden(found: re.Match[str]) -> str:
    return f"{found['before']}{found['quote'] or ''}{HIDDEN}"
