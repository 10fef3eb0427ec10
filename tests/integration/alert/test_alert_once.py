"""A write with a key happens once, whichever implementation is asked and how often."""

import asyncio
import contextlib
import uuid
from datetime import datetime

import grpc
import pytest
from camplane.alert.v1 import alert_rest_service_pb2 as rest_pb
from camplane.alert.v1 import alert_service_pb2 as pb
from google.api import httpbody_pb2

from alert_service.adapters.database.repository import AlertRepository
from alert_service.bootstrap import MIGRATIONS
from alert_service.domain.model import CreateRule
from alert_service.shared_state.completed import CompletedWrites
from servicekit import idempotency
from servicekit.database.connections import Database, parse_url
from servicekit.database.migrate import migrate

RULE = b'{"name": "n", "rule_type": "t", "conditions": {"threshold": 5}}'


def create(client, key, body=RULE):
    request = rest_pb.AlertRestServiceCreateRuleRequest(
        body=httpbody_pb2.HttpBody(content_type="application/json", data=body)
    )
    return client.rest.CreateRule(request, metadata=[(idempotency.CLIENT_KEY, key)])


def update(client, key, rule_id, name):
    request = pb.UpdateRuleRequest(rule_id=rule_id, rule=pb.Rule(name=name))
    request.update_mask.paths.append("name")
    return client.typed.UpdateRule(request, metadata=[(idempotency.CLIENT_KEY, key)])


def delete(client, key, rule_id):
    request = pb.DeleteRuleRequest(rule_id=rule_id)
    return client.typed.DeleteRule(request, metadata=[(idempotency.CLIENT_KEY, key)])


@pytest.fixture
async def paths(serving, database_url):
    """Give the clients of legacy and domain on one database, in either order."""
    async with contextlib.AsyncExitStack() as running:
        clients = [
            await running.enter_async_context(
                serving(implementation, Database("alert", parse_url(database_url)))
            )
            for implementation in ("legacy", "domain")
        ]
        yield clients, clients[::-1]


async def test_a_repeated_create_makes_one_rule_and_gives_its_id(paths):
    for number, (here, there) in enumerate(paths, 1):
        key = uuid.uuid4().hex
        first = await create(here, key)
        assert await create(there, key) == first
        assert await create(here, key) == first
        assert (await here.rules())["count"] == number


async def test_a_repeated_update_does_not_undo_a_later_one(paths):
    for here, there in paths:
        rule_id = await here.create({"name": "n", "rule_type": "t", "conditions": 1})
        key = uuid.uuid4().hex
        await update(here, key, rule_id, "first")
        await update(there, uuid.uuid4().hex, rule_id, "second")
        assert (await update(there, key, rule_id, "first")).ok
        assert (await here.rule(rule_id))["name"] == "second"


async def test_a_repeated_delete_is_answered_as_the_first(paths):
    for here, there in paths:
        rule_id = await here.create({"name": "n", "rule_type": "t", "conditions": 1})
        key = uuid.uuid4().hex
        assert await delete(here, key, rule_id) == await delete(there, key, rule_id)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await delete(there, uuid.uuid4().hex, rule_id)
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def test_twenty_creates_at_once_with_one_key_make_one_rule(paths):
    (legacy, domain), _ = paths
    answers = await asyncio.gather(*(create((legacy, domain)[n % 2], "same") for n in range(20)))
    assert len({answer.id for answer in answers}) == 1
    assert (await legacy.rules())["count"] == 1


async def test_a_key_that_comes_with_another_request_is_refused(paths):
    for here, there in paths:
        key = uuid.uuid4().hex
        rule_id = (await create(here, key)).id
        await refused_as_reused(create(there, key, b'{"name":"m","rule_type":"t","conditions":1}'))
        await refused_as_reused(update(there, key, rule_id, "n"))
        await refused_as_reused(delete(here, key, rule_id))
        await refused_as_reused(delete(here, key, 2**31 - 1))
        assert (await here.rule(rule_id))["name"] == "n"


async def refused_as_reused(call):
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert (
        b"IDEMPOTENCY_KEY_REUSED"
        in dict(refused.value.trailing_metadata())["grpc-status-details-bin"]
    )


async def test_a_refusal_is_not_remembered(paths, store):
    (legacy, domain), _ = paths
    for client, rule_id in ((legacy, 1001), (domain, 1002)):
        with pytest.raises(grpc.aio.AioRpcError):
            await delete(client, f"key {rule_id}", rule_id)
        moment = "2026-01-01T00:00:00"
        row = {"id": rule_id, "name": "n", "rule_type": "t"}
        store(rules=[{**row, "created_at": moment, "updated_at": moment}])
        assert (await delete(client, f"key {rule_id}", rule_id)).ok


async def test_clients_and_the_gateway_cannot_have_the_same_key(paths):
    (legacy, _), _ = paths
    request = rest_pb.AlertRestServiceCreateRuleRequest(
        body=httpbody_pb2.HttpBody(content_type="application/json", data=RULE)
    )
    made = await legacy.rest.CreateRule(request, metadata=[(idempotency.GATEWAY_KEY, "k")])
    again = await legacy.rest.CreateRule(request, metadata=[(idempotency.GATEWAY_KEY, "k")])
    assert made.id == again.id
    for key in ("k", "gateway:k"):
        assert (await create(legacy, key)).id != made.id
    both = [(idempotency.CLIENT_KEY, "k"), (idempotency.GATEWAY_KEY, "another")]
    assert (await legacy.rest.CreateRule(request, metadata=both)).id == (
        await create(legacy, "k")
    ).id


async def test_two_keys_in_one_call_are_refused(paths):
    (legacy, _), _ = paths
    twice = [(idempotency.CLIENT_KEY, "a"), (idempotency.CLIENT_KEY, "b")]
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await legacy.typed.DeleteRule(pb.DeleteRuleRequest(rule_id=1), metadata=twice)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "1 to 255 printable ASCII characters" in refused.value.details()


def test_what_is_old_is_forgotten_and_too_many_keys_of_clients_are(database_url):
    """A day for a client's key, minutes for the gateway's, which no client's key pushes out."""
    database = Database("alert", parse_url(database_url))
    migrate(database, MIGRATIONS)
    now = [1000.0]
    completed = CompletedWrites(database, lambda: now[0], most_keys=3)
    store = AlertRepository(database, completed)

    def add(name, key):
        idempotency.begin("/a/B", pb.DeleteRuleRequest(), [(name, key)])
        try:
            rule = CreateRule(key, None, "t", 1, None, None, True, "low")
            return store.add_rule(rule, moment)
        finally:
            idempotency.begin("/a/B", pb.DeleteRuleRequest(), [])

    moment = datetime(2026, 1, 1)
    made = add(idempotency.GATEWAY_KEY, "g")
    first = []
    for number in range(5):
        now[0] += 1
        first.append(add(idempotency.CLIENT_KEY, str(number)))
    completed.prune()
    again = [add(idempotency.CLIENT_KEY, str(number)) for number in (4, 3, 2)]
    assert again == first[:1:-1]
    assert add(idempotency.GATEWAY_KEY, "g") == made
    assert add(idempotency.CLIENT_KEY, "0") != first[0]

    now[0] += idempotency.GATEWAY_SECONDS
    completed.prune()
    assert add(idempotency.CLIENT_KEY, "4") == first[4]
    assert add(idempotency.GATEWAY_KEY, "g") != made
    now[0] += idempotency.CLIENT_SECONDS
    completed.prune()
    assert add(idempotency.CLIENT_KEY, "4") != first[4]
    database.close()
