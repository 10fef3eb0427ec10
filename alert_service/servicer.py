"""The typed contract: decode, call one use case, encode."""

from camplane.alert.v1 import alert_service_pb2 as pb
from camplane.alert.v1 import alert_service_pb2_grpc as pb_grpc
from grpc.aio import ServicerContext

from alert_service import decoding, encoding
from alert_service.ports import AlertRules, Run


class AlertServicer(pb_grpc.AlertServiceServicer):
    """AlertService on either implementation; `run` makes its blocking calls."""

    def __init__(self, rules: AlertRules, run: Run) -> None:
        self._rules = rules
        self._run = run

    async def ListRules(
        self, request: pb.ListRulesRequest, context: ServicerContext
    ) -> pb.ListRulesResponse:
        command = decoding.list_rules(request)
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
        command = decoding.list_history(request)
        alerts = await self._run(self._rules.list_history, command)
        return pb.ListHistoryResponse(count=len(alerts), items=map(encoding.alert_message, alerts))
