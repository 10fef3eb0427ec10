"""Faults of the alert context."""

from camplane_tools.mutations.mutation import Mutation

_USE_CASES = "alert_service.application.use_cases"
_ENCODING = "alert_service.entrypoints.encoding"
_RULES = "alert_service.domain.rules"


def _alert(name: str, module: str, before: str, after: str) -> Mutation:
    return Mutation(name, module, before, after, "alert")


MUTATIONS = (
    _alert(
        "missing key: recipients",
        _ENCODING,
        '"recipients": _json(rule.recipients),',
        "",
    ),
    _alert(
        "absent for null: camera_id",
        _ENCODING,
        "return json_body.write(_rule_object(rule))",
        "return json_body.write({k: v for k, v in _rule_object(rule).items() if v is not None})",
    ),
    _alert("number as string: id", _ENCODING, '"id": rule.id,', '"id": str(rule.id),'),
    _alert(
        "false for null: enabled",
        _ENCODING,
        '"enabled": rule.enabled,',
        '"enabled": bool(rule.enabled),',
    ),
    _alert(
        "1 for true: notification_sent",
        _ENCODING,
        '"notification_sent": alert.notification_sent,',
        '"notification_sent": alert.notification_sent and 1,',
    ),
    _alert(
        "a time with a zone",
        _ENCODING,
        '"updated_at": rule.updated_at,',
        '"updated_at": f"{_iso(rule.updated_at)}Z",',
    ),
    _alert(
        "off by one: limit of the history",
        _USE_CASES,
        "command.limit, command.camera_id",
        "max(1, command.limit - 1), command.camera_id",
    ),
    _alert(
        "off by one: the longest name",
        _RULES,
        '"name": _text(100,',
        '"name": _text(99,',
    ),
    _alert(
        "the oldest first",
        "alert_service.adapters.database.repository",
        "(alert_rules.c.updated_at.desc(), alert_rules.c.id.desc())",
        "(alert_rules.c.updated_at, alert_rules.c.id)",
    ),
    _alert(
        "a filter that is ignored: enabled",
        _USE_CASES,
        "find_rules(command.camera_id, command.enabled, command.part)",
        "find_rules(command.camera_id, None, command.part)",
    ),
    _alert("another default: priority", _RULES, '"priority": "medium",', '"priority": "normal",'),
    _alert(
        "wrong status: deleting an unknown rule is ok",
        _USE_CASES,
        "if not self._store.remove_rule(rule_id):\n            raise RuleNotFoundError(rule_id)",
        "self._store.remove_rule(rule_id)",
    ),
    _alert(
        "an update that is not written",
        _USE_CASES,
        "elif not self._store.change_rule(command.rule_id, command.changes, self._clock()):",
        "elif self._store.find_rule(command.rule_id) is None:",
    ),
    _alert(
        "an update that does not move the rule to the top",
        "alert_service.adapters.database.repository",
        "return change(rule_id=rule_id, **changes, updated_at=now) is not None",
        "before = self.find_rule(rule_id)\n"
        "        return before is not None and change(rule_id=rule_id, **changes,"
        " updated_at=before.updated_at) is not None",
    ),
    _alert(
        "wrong type is taken: enabled",
        _RULES,
        "if value is not None and not isinstance(value, bool):",
        "if False:",
    ),
)
