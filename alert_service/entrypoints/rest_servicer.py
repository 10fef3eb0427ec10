"""The REST shapes: decode, call one use case, encode."""

from camplane.alert.v1 import alert_rest_service_pb2 as pb
from camplane.alert.v1 import alert_rest_service_pb2_grpc as pb_grpc
from grpc.aio import ServicerContext

from alert_service.application.intake import Intake
from alert_service.application.ports import AlertRules, Run
from alert_service.entrypoints import decoding, encoding, event_messages
from servicekit import naming


class AlertRestServicer(pb_grpc.AlertRestServiceServicer):
    """AlertRestService on either implementation; `run` makes its blocking calls."""

    def __init__(self, rules: AlertRules, intake: Intake, run: Run) -> None:
        self._rules = rules
        self._intake = intake
        self._run = run

    async def ListRules(
        self, request: pb.AlertRestServiceListRulesRequest, context: ServicerContext
    ) -> pb.AlertRestServiceListRulesResponse:
        command = decoding.list_rules(request)
        rules = await self._run(self._rules.list_rules, command)
        return pb.AlertRestServiceListRulesResponse(body=encoding.rules_json(rules))

    async def CreateRule(
        self, request: pb.AlertRestServiceCreateRuleRequest, context: ServicerContext
    ) -> pb.AlertRestServiceCreateRuleResponse:
        command = decoding.create_rule_from_json(request)
        rule_id = await self._run(self._rules.create_rule, command)
        naming.name("rule_id", rule_id)
        return pb.AlertRestServiceCreateRuleResponse(ok=True, id=rule_id)

    async def GetRule(
        self, request: pb.AlertRestServiceGetRuleRequest, context: ServicerContext
    ) -> pb.AlertRestServiceGetRuleResponse:
        rule_id = decoding.rule_id(request)
        rule = await self._run(self._rules.get_rule, rule_id)
        return pb.AlertRestServiceGetRuleResponse(body=encoding.rule_json(rule))

    async def UpdateRule(
        self, request: pb.AlertRestServiceUpdateRuleRequest, context: ServicerContext
    ) -> pb.AlertRestServiceUpdateRuleResponse:
        command = decoding.update_rule_from_json(request)
        await self._run(self._rules.update_rule, command)
        return pb.AlertRestServiceUpdateRuleResponse(ok=True)

    async def ListHistory(
        self, request: pb.AlertRestServiceListHistoryRequest, context: ServicerContext
    ) -> pb.AlertRestServiceListHistoryResponse:
        command = decoding.list_history(request)
        alerts = await self._run(self._rules.list_history, command)
        return pb.AlertRestServiceListHistoryResponse(body=encoding.history_json(alerts))

    async def IngestEvents(
        self, request: pb.AlertRestServiceIngestEventsRequest, context: ServicerContext
    ) -> pb.AlertRestServiceIngestEventsResponse:
        taken = await self._intake.take_in(event_messages.reported_as_json(request))
        return pb.AlertRestServiceIngestEventsResponse(**event_messages.answer(taken))
