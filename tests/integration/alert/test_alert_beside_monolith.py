"""Both alert services on the tables of a running monolith, which changes them meanwhile."""

import pytest
from camplane.alert.v1 import alert_service_pb2 as pb

from servicekit.database.connections import Database, parse_url
from tests.monolith_process import monolith

RULE = {"name": "中", "rule_type": "t", "conditions": {"threshold": 5, "ratio": 1.5}}
# Rows are read often enough that the statements are prepared.
OFTEN = 8


@pytest.fixture(scope="module")
def server(tmp_path_factory, postgres):
    """Give the monolith, in another time zone, with columns that have one."""
    root = tmp_path_factory.mktemp("beside")
    with monolith(root, postgres, TIMESTAMPS_WITH_ZONE="true", TZ="Asia/Shanghai") as one:
        yield one


async def test_all_three_say_the_same_of_each_others_rows_and_history_outlives_its_rule(
    serving, server
):
    """Before and behind a migration of the monolith, which adds an alert to a rule of each."""
    url = parse_url(server.database_url)
    rules, history = "/api/v1/alerts/rules", "/api/v1/alerts/history-db"
    async with (
        serving("legacy", Database("alert", url)) as legacy,
        serving("domain", Database("alert", url)) as domain,
    ):
        with server.client() as http:

            async def agree():
                for _ in range(OFTEN):
                    for client in (legacy, domain):
                        assert await client.rules() == http.get(rules).json()
                        assert await client.history() == http.get(history).json()

            ids = [
                http.post(rules, json=RULE).json()["id"],
                await legacy.create(RULE),
                await domain.create({**RULE, "recipients": ["r"], "priority": None}),
            ]
            for rule_id in ids:
                assert http.post(f"{rules}/{rule_id}/test").is_success
            await agree()
            assert http.post("/api/v1/system/migrate").json()
            await agree()
            await domain.update(ids[0], {"camera_id": "cam", "enabled": False})
            await legacy.update(ids[2], {"conditions": None})
            ids.append(await domain.create({**RULE, "conditions": None}))
            http.put(f"{rules}/{ids[1]}", json={"name": "by the monolith"})
            await agree()
            for client, rule_id in ((domain, ids[0]), (legacy, ids[1])):
                request = pb.DeleteRuleRequest(rule_id=rule_id)
                assert (await client.call("DeleteRule", request)).ok
            await agree()
            left = [alert["rule_id"] for alert in http.get(history).json()["items"]]
            assert left == [ids[2], None, None]
