"""The recorded answers once more, of domain, with access on: a token changes none of them."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from gateway.access.keys import signing_key
from gateway.access.place import access_place
from gateway.access.tokens import new_token, signed
from gateway.launcher.configuration import Configuration
from tests.contract.test_recorded_cases import CASES, hold
from tests.stack import Stack, run_stack


@pytest.fixture(scope="module")
def running_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Give a camplane that asks who one is, and an admin's token with each request."""
    root = tmp_path_factory.mktemp("access") / "data"
    with run_stack(root, Configuration(access_mode="on")) as stack:
        token = new_token("an admin", ["admin"], 3600, time.time())
        signature = signed(token, signing_key(access_place(root)))
        stack.client.headers["authorization"] = f"Bearer {signature}"
        yield stack


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_with_a_token_the_answer_is_the_recorded_one(case: dict[str, Any], stack: Stack) -> None:
    hold(case, "domain", stack)


def test_without_one_it_is_not(stack: Stack) -> None:
    """Or access would not be on here."""
    url = f"{stack.client.base_url}/api/v1/cameras"
    assert httpx.get(url, trust_env=False).status_code == 401
