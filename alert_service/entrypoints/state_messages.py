"""How rules stand, and what they would have fired for, as messages; and what asks for it."""

import math
from collections.abc import Iterable
from datetime import UTC

from camplane.alert.v1 import alert_service_pb2 as pb
from google.protobuf.timestamp_pb2 import Timestamp

from alert_service.application.rule_states import FoundStates, RuleState
from alert_service.application.trials import Tested, TestRule
from alert_service.domain.errors import InvalidArgumentError
from alert_service.domain.json_value import check_json
from alert_service.domain.rules import valid_rule_id
from alert_service.entrypoints.struct_value import from_value
from alert_service.evaluation.evaluate import Phase
from alert_service.evaluation.evaluation import Key
from alert_service.evaluation.trial import Firing, Trial
from servicekit import paging
from servicekit.moments import iso
from servicekit.paging import Page

# Of a page of states: the rule and the camera of the last one.
KEY = (int, str)


def page(request: pb.ListRuleStatesRequest) -> Page:
    """Decode which page is asked for."""
    return paging.asked(request, KEY) or Page(paging.MAX_ITEMS)


def after(page: Page) -> Key:
    """Return what stands before the page."""
    return Key(int(page.after[0]), str(page.after[1])) if page.after else Key(0, "")


def states(
    request: pb.ListRuleStatesRequest, page: Page, found: FoundStates
) -> pb.ListRuleStatesResponse:
    """Encode a page."""
    items, behind = paging.cut(((one.key, _state(one)) for one in found.items), page.size)
    token = paging.token(request, behind or found.looked_to)
    return pb.ListRuleStatesResponse(items=items, next_page_token=token)


def test_rule(request: pb.TestRuleRequest) -> TestRule:
    """Decode what is to be tried."""
    has_conditions = request.HasField("conditions")
    conditions = from_value("conditions", request.conditions) if has_conditions else None
    if has_conditions:
        check_json("conditions", conditions)
    return TestRule(
        valid_rule_id(request.rule_id),
        unix_seconds("start_time", request.start_time) if request.HasField("start_time") else None,
        unix_seconds("end_time", request.end_time) if request.HasField("end_time") else None,
        has_conditions,
        conditions,
    )


def tested(found: Tested) -> pb.TestRuleResponse:
    """Encode what would have been."""
    return pb.TestRuleResponse(
        stored=_trial(found.stored),
        given=_trial(found.given) if found.given else None,
        events=found.events,
        tested_to=iso(found.tested_to),
    )


def _state(one: RuleState) -> pb.RuleState:
    message = pb.RuleState(
        rule_id=one.rule_id,
        rule_name=one.rule_name,
        not_evaluated=one.not_evaluated or None,
        unknown_channels=one.unknown_channels,
        camera_id=one.camera_id or None,
    )
    state = one.state
    if state is None:
        return message
    message.phase = state.phase.value
    message.late_events = state.late
    if state.fired != -math.inf:
        message.fired_at = iso(state.fired)
    if state.phase is Phase.PENDING:
        message.since = iso(state.since)
    elif state.phase is Phase.FIRING:
        message.since = iso(state.fired)
    return message


def _trial(trial: Trial) -> pb.RuleTrial:
    return pb.RuleTrial(
        not_evaluated=trial.not_evaluated or None,
        count=trial.count,
        firings=_firings(trial.firings),
    )


def _firings(firings: Iterable[Firing]) -> Iterable[pb.Firing]:
    return (
        pb.Firing(
            camera_id=one.camera_id,
            fired_at=iso(one.fired_at),
            resolved_at=None if one.resolved_at is None else iso(one.resolved_at),
            event_id=one.event_id,
        )
        for one in firings
    )


def unix_seconds(field: str, moment: Timestamp) -> float:
    """Decode a time; raises InvalidArgumentError."""
    try:
        return moment.ToDatetime(UTC).timestamp()
    except (ValueError, OverflowError) as error:
        raise InvalidArgumentError(f"{field} is no time") from error
