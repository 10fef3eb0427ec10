"""The typed contract: decode, call one use case, encode."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

from camplane.alert.v1 import alert_service_pb2 as pb
from camplane.alert.v1 import alert_service_pb2_grpc as pb_grpc
from grpc.aio import ServicerContext

from alert_service.application.channel_trials import ChannelTrials
from alert_service.application.intake import Intake
from alert_service.application.ports import Run
from alert_service.application.raised import CallersAlerts
from alert_service.application.rule_states import RuleStates
from alert_service.application.scoped import Found, ScopedAlertRules
from alert_service.application.snoozes import RuleSnoozes
from alert_service.application.trials import RuleTrials
from alert_service.domain.model import Alert, Rule
from alert_service.domain.raised import RaisedAlert, valid_alert_id
from alert_service.entrypoints import (
    alert_messages,
    decoding,
    encoding,
    event_messages,
    snooze_messages,
    state_messages,
)
from servicekit import callers, naming, paging
from servicekit.paging import Page

# Of rules and of alerts: the number.
_KEY = (int,)

R = TypeVar("R", Rule, Alert, RaisedAlert)
M = TypeVar("M", pb.Rule, pb.Alert, pb.RaisedAlert)


class AlertServicer(pb_grpc.AlertServiceServicer):
    """AlertService on either implementation; `run` makes its blocking calls.

    away: runs those on alerts, which may take long and whose statements are not prepared.
    """

    def __init__(
        self,
        rules: ScopedAlertRules,
        intake: Intake,
        states: RuleStates,
        trials: RuleTrials,
        channels: ChannelTrials,
        alerts: CallersAlerts,
        snoozes: RuleSnoozes,
        run: Run,
        away: Run,
    ) -> None:
        self._rules = rules
        self._states = states
        self._trials = trials
        self._channels = channels
        self._alerts = alerts
        self._snoozes = snoozes
        # One may take seconds of a processor: others wait, and not in the database's threads.
        self._one_trial = asyncio.Lock()
        self._intake = intake
        self._run = run
        self._away = away

    async def ListRules(
        self, request: pb.ListRulesRequest, context: ServicerContext
    ) -> pb.ListRulesResponse:
        command, page = decoding.list_rules(request), paging.asked(request, _KEY)
        if page:
            found = await self._run(self._rules.page_of_rules, command, page)
            items, after = _cut(found, page, encoding.rule_message)
            token = paging.token(request, after)
            return pb.ListRulesResponse(count=len(items), items=items, next_page_token=token)
        rules = await self._run(self._rules.list_rules, command)
        return pb.ListRulesResponse(count=len(rules), items=map(encoding.rule_message, rules))

    async def GetRule(
        self, request: pb.GetRuleRequest, context: ServicerContext
    ) -> pb.GetRuleResponse:
        rule_id = decoding.rule_id(request)
        rule = await self._run(self._rules.get_rule, rule_id)
        return pb.GetRuleResponse(rule=encoding.rule_message(rule))

    async def CreateRule(
        self, request: pb.CreateRuleRequest, context: ServicerContext
    ) -> pb.CreateRuleResponse:
        command = decoding.create_rule(request)
        rule_id = await self._run(self._rules.create_rule, command)
        naming.name("rule_id", rule_id)
        return pb.CreateRuleResponse(ok=True, id=rule_id)

    async def UpdateRule(
        self, request: pb.UpdateRuleRequest, context: ServicerContext
    ) -> pb.UpdateRuleResponse:
        command = decoding.update_rule(request)
        await self._run(self._rules.update_rule, command)
        return pb.UpdateRuleResponse(ok=True)

    async def DeleteRule(
        self, request: pb.DeleteRuleRequest, context: ServicerContext
    ) -> pb.DeleteRuleResponse:
        rule_id = decoding.rule_id(request)
        await self._run(self._rules.delete_rule, rule_id)
        return pb.DeleteRuleResponse(ok=True)

    async def ListHistory(
        self, request: pb.ListHistoryRequest, context: ServicerContext
    ) -> pb.ListHistoryResponse:
        page = paging.asked(request, _KEY)
        command = decoding.list_history(request)
        if page:
            found = await self._run(self._rules.page_of_history, command, page)
            items, after = _cut(found, page, encoding.alert_message)
            token = paging.token(request, after)
            return pb.ListHistoryResponse(count=len(items), items=items, next_page_token=token)
        alerts = await self._run(self._rules.list_history, command)
        return pb.ListHistoryResponse(count=len(alerts), items=map(encoding.alert_message, alerts))

    async def IngestEvents(
        self, request: pb.IngestEventsRequest, context: ServicerContext
    ) -> pb.IngestEventsResponse:
        taken = await self._intake.take_in(event_messages.reported(request))
        return pb.IngestEventsResponse(**event_messages.answer(taken))

    async def ListRuleStates(
        self, request: pb.ListRuleStatesRequest, context: ServicerContext
    ) -> pb.ListRuleStatesResponse:
        page = state_messages.page(request)
        after = state_messages.after(page)
        found = await self._run(self._states.behind, after, page.size + 1)
        return state_messages.states(request, page, found)

    async def TestRule(
        self, request: pb.TestRuleRequest, context: ServicerContext
    ) -> pb.TestRuleResponse:
        command = state_messages.test_rule(request)
        async with self._one_trial:
            return state_messages.tested(await self._run(self._trials.test, command))

    async def ListChannels(
        self, request: pb.ListChannelsRequest, context: ServicerContext
    ) -> pb.ListChannelsResponse:
        items = [pb.Channel(**asdict(one)) for one in await self._channels.views()]
        return pb.ListChannelsResponse(items=items)

    async def TestChannel(
        self, request: pb.TestChannelRequest, context: ServicerContext
    ) -> pb.TestChannelResponse:
        error = await self._channels.test(request.channel)
        return pb.TestChannelResponse(delivered=not error, error=error)

    async def ListAlerts(
        self, request: pb.ListAlertsRequest, context: ServicerContext
    ) -> pb.ListAlertsResponse:
        page = alert_messages.page(request)
        found = await self._away(self._alerts.page, alert_messages.list_alerts(request), page)
        items, after = _cut(found, page, alert_messages.alert)
        return pb.ListAlertsResponse(items=items, next_page_token=paging.token(request, after))

    async def GetAlert(
        self, request: pb.GetAlertRequest, context: ServicerContext
    ) -> pb.GetAlertResponse:
        alert_id = valid_alert_id(request.alert_id)
        alert = await self._away(self._alerts.get, alert_id)
        return pb.GetAlertResponse(alert=alert_messages.alert(alert))

    async def HandleAlerts(
        self, request: pb.HandleAlertsRequest, context: ServicerContext
    ) -> pb.HandleAlertsResponse:
        subject = callers.subject(context.invocation_metadata())
        command = alert_messages.handle_alerts(request, subject)
        handled = await self._away(self._alerts.handle, command)
        naming.name("alert_id", alert_messages.ids(command.alert_ids))
        return alert_messages.handled(handled)

    async def GetAlertStatistics(
        self, request: pb.GetAlertStatisticsRequest, context: ServicerContext
    ) -> pb.GetAlertStatisticsResponse:
        command = alert_messages.get_statistics(request, time.time())
        return alert_messages.statistics(await self._away(self._alerts.statistics, command))

    async def SnoozeRule(
        self, request: pb.SnoozeRuleRequest, context: ServicerContext
    ) -> pb.SnoozeRuleResponse:
        subject = callers.subject(context.invocation_metadata())
        snooze = snooze_messages.snooze(request, subject, time.time())
        await self._away(self._snoozes.begin, snooze)
        return pb.SnoozeRuleResponse(ok=True)

    async def EndSnooze(
        self, request: pb.EndSnoozeRequest, context: ServicerContext
    ) -> pb.EndSnoozeResponse:
        await self._away(self._snoozes.end, *snooze_messages.key(request))
        return pb.EndSnoozeResponse(ok=True)

    async def ListSnoozes(
        self, request: pb.ListSnoozesRequest, context: ServicerContext
    ) -> pb.ListSnoozesResponse:
        rule_id = snooze_messages.rule_asked_for(request)
        return snooze_messages.snoozes(await self._away(self._snoozes.held, rule_id))


def _cut(
    found: Found[R], page: Page, message: Callable[[R], M]
) -> tuple[list[M], paging.Key | None]:
    """Return a page's messages, and behind which number there is more."""
    items, after = paging.cut((((one.id,), message(one)) for one in found.items), page.size)
    if after is None and found.looked_to is not None:
        after = (found.looked_to,)
    return items, after
