"""Who reads secrets, as the gateway tells it, and what the others get in their place."""

import pytest

from camera_service.application.entry_masking import harmless_entry
from servicekit import readers

TOLD = (readers.METADATA, "operator,admin")


@pytest.mark.parametrize(
    ("metadata", "reads"),
    [
        ([], True),
        ([(readers.ROLES, '["viewer"]')], True),
        ([TOLD], False),
        ([TOLD, (readers.ROLES, '["viewer", "admin"]')], True),
        ([TOLD, (readers.ROLES, '["adm"]')], False),
        ([TOLD, (readers.ROLES, '"admin"')], False),
        ([TOLD, (readers.ROLES, "[[]]")], False),
        ([(readers.METADATA, ""), (readers.ROLES, '["viewer"]')], False),
    ],
)
def test_whoever_has_none_of_the_roles_that_are_told_reads_no_secrets(
    metadata: list[tuple[str, str]], reads: bool
) -> None:
    """Nothing is told while access is off; then everybody does."""
    readers.begin(metadata)
    assert readers.reads_secrets() is reads


def test_what_a_hand_wrote_oddly_is_shown_or_hidden_all_the_same() -> None:
    """Numbers for ids, nothing at all, keys that are no texts, lists within lists."""
    entry = {"id": 5, "other": None, "flag": True, 7: "seven", "tags": ["a", ["user:pw@host"]]}
    hidden = {"id": 5, "other": None, "flag": True, 7: "***", "tags": ["a", ["***@host"]]}
    assert harmless_entry(entry) == hidden
    assert harmless_entry({}) == {}
