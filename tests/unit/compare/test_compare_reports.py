"""The reports hold what was found, are well-formed whatever an answer holds, and show no secret."""

import json
from xml.etree import ElementTree

import pytest

from camplane_tools.compare.body import read
from camplane_tools.compare.declared import DECLARED
from camplane_tools.compare.differ import Seen, differences
from camplane_tools.compare.findings import Comparison, Findings, Found
from camplane_tools.compare.model import Answer, Exchange, Request
from camplane_tools.compare.reports.documents import json_document, junit_document
from camplane_tools.compare.reports.page import page

NASTY = "</script><img src=x onerror=alert(1)>\x00\x1b]]>&\ud800"


def findings(old: object, new: object, name: str = "case") -> Findings:
    found = Findings("legacy", "domain", DECLARED)
    answers = [
        Answer(200, {"content-type": "application/json"}, json.dumps(value).encode())
        for value in (old, new)
    ]
    exchange = Exchange(Request("GET", "/api/v1/cameras?token=hunter2"), *answers)
    differing = differences(*(Seen(one.status, one.headers, read(one)) for one in answers))
    told = tuple(Found(one, None) for one in differing)
    found.comparisons.append(
        Comparison(name, 1, "GET /api/v1/cameras", ("legacy", "domain"), exchange, told)
    )
    return found


def everything(found: Findings) -> str:
    document = json.dumps(json_document(found), ensure_ascii=False)
    return document + junit_document(found).decode() + page(found)


def test_an_equal_run_says_so_and_an_empty_one_does_not() -> None:
    equal = findings({"a": 1}, {"a": 1})
    assert json_document(equal)["equal"] is True
    assert "They answer alike" in page(equal)
    equal.comparisons.clear()
    assert json_document(equal)["equal"] is False
    assert "Nothing was compared" in page(equal)


def test_a_difference_is_grouped_and_fails_the_run() -> None:
    found = findings({"cameras": [{"a": 1}, {"a": 1}]}, {"cameras": [{"a": "1"}, {"a": "1"}]})
    document = json_document(found)
    assert (document["equal"], document["differing"]) == (False, 1)
    (group,) = document["groups"]
    assert (group["field"], group["cause"], group["count"]) == (
        "body.cameras[*].a",
        "another type",
        2,
    )
    suite = ElementTree.fromstring(junit_document(found))[0]
    assert suite.attrib["failures"] == "1"
    assert "body.cameras[0].a: another type: 1 became" in suite[0][0].attrib["message"]


def test_skipped_cases_and_notes_are_in_every_report() -> None:
    found = findings(1, 1)
    found.skip("would change a system in use", 3)
    found.notes.append("line 7: not JSON")
    assert ElementTree.fromstring(junit_document(found))[0].attrib["skipped"] == "3"
    assert "would change a system in use" in page(found)
    assert json_document(found)["notes"] == ["line 7: not JSON"]


@pytest.mark.parametrize("value", [NASTY, {NASTY: 1}, [NASTY]])
def test_whatever_an_answer_holds_the_reports_are_well_formed(value: object) -> None:
    found = findings(value, {"x": value}, name=f"case {NASTY}")
    ElementTree.fromstring(junit_document(found))
    html = page(found)
    assert "<img" not in html
    assert "<script" not in html
    html.encode()


def test_no_secret_is_in_any_report_and_that_it_differs_is_said() -> None:
    old = {"source": "rtsp://u:hunter2@h/1", "password": "hunter2"}
    new = {"source": "rtsp://u:hunter2b@h/1", "password": "hunter22"}
    text = everything(findings(old, new, name="GET /x?password=hunter2"))
    assert "hunter2" not in text
    assert "differs in what is hidden" in text


def test_the_page_fetches_nothing() -> None:
    html = page(findings({"a": 1}, {"a": 2}))
    assert "http://" not in html
    assert "src=" not in html
    assert "@import" not in html
    assert "url(" not in html
