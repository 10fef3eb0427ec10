"""`camplane verify routing` starts a camplane of its own, and finds every switch obeyed."""

import json
import tempfile
from pathlib import Path

from camplane_tools.routing_checks.asking import asking
from camplane_tools.routing_checks.splits import Extent, look
from gateway.vocabulary.split import Split
from tests.e2e.command_line import Up, run


def test_the_switches_hold_and_nothing_is_left() -> None:
    before = set(Path(tempfile.gettempdir()).glob("camplane-temporary-*"))
    arguments = ("--quick", "--requests", "100", "--json")
    done = run("verify", "routing", *arguments, seconds=110, USE_DOMAIN_SERVICE="inherited")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["ok"]
    names = {check["name"] for check in found["checks"]}
    assert names >= {"camera, drawn, gRPC", "each camera, REST", "each rule, REST"}
    assert names >= {"force_domain=TRUE", "each pinned camera, gRPC", "refused at start"}
    (drawn,) = (
        check["drawn"]
        for check in found["checks"]
        if check["name"] == "alert, drawn, REST" and "ROLLOUT_PERCENT_ALERT=25" in check["under"]
    )
    assert drawn["configured"] == 25
    assert 0 < drawn["low"] <= 25 <= drawn["high"] < 100
    left = set(Path(tempfile.gettempdir()).glob("camplane-temporary-*")) - before
    assert not left


async def test_a_split_that_is_not_in_force_is_found_out_by_every_check_of_it(quiet: Up) -> None:
    """Cameras are at 50 % there, and all rules are domain's."""
    async with asking(quiet.url) as ask:
        found = await look("", ask, Split(camera=10, alert=100), Extent(300, buckets=20))
    wrong = {check.name: check.problem for check in found if check.problem}
    assert wrong.keys() == {
        "camera, drawn, REST",
        "camera, drawn, gRPC",
        "each camera, REST",
        "each camera, gRPC",
    }
    assert wrong["camera, drawn, REST"] == "the split is another"
    assert "by domain instead of legacy" in wrong["each camera, gRPC"]


def test_verify_alone_is_the_walk_of_a_running_system(tmp_path: Path) -> None:
    done = run("verify", "--data", str(tmp_path))
    assert done.returncode == 3
    assert "no camplane runs on" in done.stderr
