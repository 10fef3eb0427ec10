"""Whose the old side is, told by one answer of it."""

import json

import pytest

from camplane_tools.compare.old_side import is_monolith, question

OURS = {"detail": "x", "details": [{"reason": "CAMERA_NOT_FOUND", "domain": "camplane.camera"}]}


@pytest.mark.parametrize(
    ("status", "body", "monolith"),
    [
        (404, json.dumps(OURS), False),
        (405, '{"detail":"Method Not Allowed"}', True),
        (404, '{"detail":"Not Found","details":[{"domain":"example.org"}]}', True),
        (404, '{"detail":"x","details":{}}', True),
        (200, "[]", True),
        (200, "<html>", True),
        (503, '{"detail":"nobody serves","details":[]}', False),
        (0, "", False),
    ],
)
def test_only_our_own_refusals_are_ours_and_silence_is_nobodys(
    status: int, body: str, monolith: bool
) -> None:
    assert is_monolith(status, body.encode()) is monolith


def test_it_asks_of_another_camera_each_time() -> None:
    assert question() != question()
