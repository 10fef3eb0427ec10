"""The demo before a monolith: what `make demo-monolith` does, played once, and shorter."""

from pathlib import Path

import pytest

from camplane_tools.demos.monolith.play import play
from camplane_tools.demos.monolith.report import breaches, tables
from camplane_tools.demos.monolith.script import ORDER, SHORT, WEIGHTS
from tests.postgres_process import NoPostgresError


@pytest.mark.timeout(600)
async def test_the_plan_is_carried_out_before_a_monolith_and_no_client_notices(
    tmp_path: Path,
) -> None:
    """Domain hangs, and dies, on the way; each time the plan is taken back, and begun again."""
    try:
        played = await play(tmp_path, print, SHORT)
    except NoPostgresError as error:
        pytest.skip(str(error))
    print(tables(played))

    assert breaches(played, SHORT) == []
    assert len(played.harmed) == sum(map(len, SHORT.harms.values()))
    assert "camera" in {one.context for one in played.rollbacks}
    for context in ORDER:
        weights = [one.to_weight for one in played.decisions if one.context == context]
        assert weights[-len(WEIGHTS) - 1 :] == [*WEIGHTS, WEIGHTS[-1]]
    assert all(count > 0 for count in played.requests.values())
