"""An answer as it is compared."""

import pytest

from camplane_tools.compare.declared import BEHIND, EITHER
from camplane_tools.compare.model import Answer, Request
from camplane_tools.compare.sender import Sender
from camplane_tools.compare.sides import HttpSide, Spec

URL = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("location", "compared"),
    [
        (f"{URL}/a?b=1", "/a?b=1"),
        ("/a?b=1", "/a?b=1"),
        ("http://other.example/a?b=1", "http://other.example/a?b=1"),
    ],
)
def test_a_redirect_to_the_server_itself_is_its_path(location: str, compared: str) -> None:
    """Clients go to the same place, whether the server writes its own address or leaves it out."""
    side = HttpSide(Spec(URL, URL, ""), Sender(URL))
    answer = Answer(307, {"location": location}, b"")
    assert side.see(Request("GET", "/a/?b=1"), answer).headers["location"] == compared


@pytest.mark.parametrize(
    ("target", "found"), [("/rules", BEHIND), ("/rules?force_domain=true", EITHER)]
)
def test_a_request_that_chooses_by_itself_may_be_answered_by_either(
    target: str, found: str
) -> None:
    """Also where the side that is asked is the monolith behind a camplane."""
    side = HttpSide(Spec(f"legacy@{URL}", URL, "legacy"), Sender(URL), kind=BEHIND)
    assert side.kind(Request("GET", target)) == found
