"""Both implementations at once, each in its own process, on one database."""

import asyncio
import contextlib

import pytest
from camplane.alert.v1 import alert_service_pb2 as pb

RULE = {"name": "n", "rule_type": "t", "conditions": {}}
ROUNDS = 25


@pytest.fixture
async def paths(process, database_url):
    """Give the clients of legacy and domain, started at the same time on an empty database."""
    async with contextlib.AsyncExitStack() as running:
        started = await asyncio.gather(
            *(
                running.enter_async_context(process(implementation, database_url))
                for implementation in ("legacy", "domain")
            )
        )
        yield [one.client for one in started]


async def test_what_one_path_writes_the_other_reads_in_the_next_request(paths, refused):
    """Creating, updating and deleting, in both directions."""
    for here, there in (paths, reversed(paths)):
        rule_id = await here.create(RULE)
        assert (await there.rule(rule_id))["name"] == "n"
        await there.update(rule_id, {"name": "renamed"})
        assert await here.rule(rule_id) == await there.rule(rule_id)
        assert (await here.rule(rule_id))["name"] == "renamed"
        await here.call("DeleteRule", pb.DeleteRuleRequest(rule_id=rule_id))
        with pytest.raises(refused):
            await there.rule(rule_id)


async def test_concurrent_updates_of_different_fields_all_survive(paths):
    """Eight writers, four on each path: each always finds its own field as it last set it."""
    rule_id = await paths[0].create(RULE)
    fields = {
        "name": str,
        "rule_type": str,
        "camera_id": str,
        "priority": str,
        "conditions": lambda n: {"n": n},
        "recipients": lambda n: [n],
        "notification_channels": lambda n: n,
        "enabled": lambda n: n % 2 == 0,
    }

    async def write(here, there, field, value_of):
        for number in range(ROUNDS):
            await here.update(rule_id, {field: value_of(number)})
            assert (await there.rule(rule_id))[field] == value_of(number)

    await asyncio.gather(
        *(
            write(paths[number % 2], paths[(number + 1) % 2], field, value_of)
            for number, (field, value_of) in enumerate(fields.items())
        )
    )
    rule = await paths[1].rule(rule_id)
    assert {field: rule[field] for field in fields} == {
        field: value_of(ROUNDS - 1) for field, value_of in fields.items()
    }


async def test_concurrent_creates_on_both_paths_get_ids_of_their_own(paths):
    """No create is refused, none is lost."""
    ids = await asyncio.gather(*(paths[n % 2].create({**RULE, "name": str(n)}) for n in range(60)))
    stored = {rule["id"]: rule["name"] for rule in (await paths[0].rules())["items"]}
    assert stored == {rule_id: str(number) for number, rule_id in enumerate(ids)}
    assert await paths[0].rules() == await paths[1].rules()
