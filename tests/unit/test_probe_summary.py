"""The probe's figures, ratios, notes and chart say what was measured, and no more."""

import json
import math
from xml.etree import ElementTree

from camplane_tools.cli.probe_views import (
    Probed,
    as_json,
    figure_rows,
    notes,
    process_columns,
    process_rows,
    ratio_rows,
    title,
)
from camplane_tools.load.burst import Burst
from camplane_tools.load.processes import Memory
from camplane_tools.probe.chart import chart
from camplane_tools.probe.probe import Measured, steps
from camplane_tools.probe.summary import summary
from camplane_tools.probe.targets import Contender, Endpoint, Plan

ENDPOINT = Endpoint("rule", "GET", "/rules/1")
PLAN = Plan(connections=8, seconds=1.0, rounds=2)


def burst(latency: float, count: int = 100, failed: int = 0, cpu: float = 0.1) -> Burst:
    return Burst(
        seconds=1.0,
        latencies=[latency] * count,
        cpu={"envoy": cpu, "alert/domain": cpu, "load": 0.02},
        codes={"200": count, **({"503": failed} if failed else {})},
    )


def measured(*domain: Burst) -> Measured:
    return Measured(ENDPOINT, {"legacy": [burst(4.0), burst(8.0)], "domain": domain})


def probed(one: Measured) -> Probed:
    contenders = [
        Contender(name, "http://x", {"envoy": 1, "alert/domain": 2}) for name in one.bursts
    ]
    used = {"envoy": Memory(80.0, 70.0, 25.0)}
    return Probed(PLAN, contenders, [one], used, burst(0.1))


def test_a_ratio_is_taken_within_rounds() -> None:
    """The machine was half as fast in the second round; domain twice as fast as legacy in both."""
    found = summary(measured(burst(2.0, 200), burst(4.0, 200)))
    (ratios,) = found.ratios
    assert ratios.p50 is not None
    assert (ratios.p50.low, ratios.p50.value, ratios.p50.high) == (0.5, 0.5, 0.5)
    assert ratios.rate is not None
    assert ratios.rate.value == 2
    assert ratios.cpu is not None
    assert ratios.cpu.value == 0.5
    assert (ratios.name, ratios.against) == ("domain", "legacy")


def test_figures_are_of_all_rounds() -> None:
    legacy, domain = summary(measured(burst(2.0), burst(3.0, failed=100))).figures
    assert (legacy.p50, legacy.p99, legacy.longest) == (4.0, 8.0, 8.0)
    assert (domain.requests, domain.error_rate, domain.codes) == (300, 1 / 3, {"503": 100})
    assert math.isclose(domain.cpu_ms["envoy"], 1.0)


def test_a_round_without_a_success_gives_no_ratio_and_no_time() -> None:
    found = summary(measured(burst(2.0, 0, failed=5), burst(2.0, 0, failed=5)))
    assert found.figures[1].p50 is None
    assert found.figures[1].error_rate == 1
    assert found.ratios[0].p50 is None
    assert found.ratios[0].rate is None
    rows = figure_rows([found])
    assert rows[1][3:7] == ["", "", "", ""]
    assert rows[1][-1] == "100.00%"
    assert ratio_rows([found])[0][2:] == [""] * 5


def test_the_views_hold_each_process_and_can_be_read_by_machines() -> None:
    found = probed(measured(burst(2.0), burst(4.0)))
    assert process_columns(found)[-2:] == ("CPU ms, legacy", "CPU ms, domain")
    rows = {row[0]: row[1:] for row in process_rows(found)}
    assert rows["envoy"] == ["80.0", "25.0", "1", "1"]
    assert rows["alert/domain"][:2] == ["", ""]
    assert rows["(load generator)"][2:] == ["0.2", "0.2"]
    said = json.loads(json.dumps(as_json(found)))
    assert said["endpoints"][0]["ratios"][0]["p50"] == {"value": 0.5, "low": 0.5, "high": 0.5}
    assert said["memory_mib"]["envoy"]["own"] == 25.0


def test_the_notes_name_failures_and_a_load_generator_that_is_the_bottleneck() -> None:
    busy = Burst(1.0, [2.0], {"load": 0.99}, {"200": 1, "timeout": 2}, late_ms=50.0)
    said = "\n".join(notes(probed(measured(busy, busy))))
    assert "rule, domain: the load generator was the bottleneck" in said
    assert "rule, domain: 4 of 6 failed: timeout" in said
    assert "50.0 ms after its time" in said
    assert "rule, legacy" not in said


def test_the_title_says_how_it_was_loaded() -> None:
    assert title(PLAN).startswith("8 connections, closed loop; 2 rounds of 1 s")
    assert title(Plan(8, 1.0, 2, 250.0)).startswith("250 requests/s, open loop")
    assert steps([Contender("legacy", "")] * 2, [ENDPOINT], PLAN) == 6


def test_the_chart_is_svg_with_a_line_for_each_contender() -> None:
    text = chart("a < b", [measured(burst(2.0), burst(4.0))])
    root = ElementTree.fromstring(text)
    lines = root.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 2
    for line in lines:
        points = [tuple(map(float, one.split(","))) for one in line.attrib["points"].split()]
        assert points == sorted(points, key=lambda point: point[0])
        assert [y for _, y in points] == sorted((y for _, y in points), reverse=True)
    assert "a &lt; b" in text


def test_a_chart_of_failures_alone_is_still_one() -> None:
    ElementTree.fromstring(chart("", [Measured(ENDPOINT, {"legacy": [burst(1.0, 0)]})]))
