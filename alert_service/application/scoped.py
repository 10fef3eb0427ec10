"""Alert rules as the caller may read and change them, in front of either implementation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from alert_service.application.ports import AlertRules
from alert_service.application.rule_masking import (
    harmless_alert,
    harmless_rule,
    refuse_masks_in,
    with_secrets_of,
)
from alert_service.domain.errors import RuleNotFoundError
from alert_service.domain.model import (
    Alert,
    CreateRule,
    ListHistory,
    ListRules,
    Part,
    Rule,
    UpdateRule,
)
from alert_service.domain.raised import RaisedAlert
from servicekit import readers, scopes
from servicekit.paging import Page
from servicekit.written_back import holds_mask

# Of how many entries of the history those of some cameras are picked, the newest first; and at how
# many rules or entries one page looks.
MAX_LOOKED_AT = 20_000
_MORE = 8
_HIGHEST = 2**31 - 1

R = TypeVar("R", Rule, Alert, RaisedAlert)


@dataclass(frozen=True)
class Found(Generic[R]):
    """What is shown of a page, one more if there is; `looked_to`: there may be more behind it."""

    items: Sequence[R]
    looked_to: int | None = None


class ScopedAlertRules:
    """AlertRules, without those that are another camera's alone, nor secrets for who reads none.

    A rule of all cameras is everybody's to read, and theirs to change whose token is of all.
    made_before: was the write of the call's key made before?
    """

    def __init__(self, rules: AlertRules, made_before: Callable[[], bool]) -> None:
        self._rules = rules
        self._made_before = made_before

    def list_rules(self, command: ListRules) -> Sequence[Rule]:
        return [_as_read(rule) for rule in self._rules.list_rules(command) if _is_shown(rule)]

    def part_as_stored(self, part: Part) -> Found[Rule]:
        """Return what of a part of the rules the caller may see, with the secrets in it."""
        rules = self._rules.list_rules(ListRules(part=part))
        looked_to = rules[-1].id if len(rules) == part.most else None
        return Found(list(filter(_is_shown, rules)), looked_to)

    def page_of_rules(self, command: ListRules, page: Page) -> Found[Rule]:
        """Return a page by number, upwards."""

        def look(part: Part) -> Sequence[Rule]:
            return self._rules.list_rules(replace(command, part=part))

        found = page_found(look, page, 1, _is_shown)
        return replace(found, items=list(map(_as_read, found.items)))

    def get_rule(self, rule_id: int) -> Rule:
        return _as_read(self._stored(rule_id))

    def as_stored(self, rule_id: int) -> Rule:
        """Return a rule that the caller may see, with the secrets in it."""
        return self._stored(rule_id)

    def create_rule(self, command: CreateRule) -> int:
        _require(command.camera_id)
        refuse_masks_in(command)
        return self._rules.create_rule(command)

    def update_rule(self, command: UpdateRule) -> None:
        if scopes.current().is_all:
            self._rules.update_rule(self._unmasked(command))
            return
        if "camera_id" in command.changes:
            _require(command.changes["camera_id"])
        if self._is_to_be_changed(command.rule_id):
            self._rules.update_rule(self._unmasked(command))

    def delete_rule(self, rule_id: int) -> None:
        if scopes.current().is_all or self._is_to_be_changed(rule_id):
            self._rules.delete_rule(rule_id)

    def list_history(self, command: ListHistory) -> Sequence[Alert]:
        scope, limit = scopes.current(), command.limit
        while True:
            found = self._rules.list_history(replace(command, limit=limit))
            within = scope.within(found, lambda alert: alert.camera_id)[: command.limit]
            if len(within) == command.limit or len(found) < limit or limit >= MAX_LOOKED_AT:
                return list(map(_alert_as_read, within))
            limit = min(limit * _MORE, MAX_LOOKED_AT)

    def page_of_history(self, command: ListHistory, page: Page) -> Found[Alert]:
        """Return a page by number, downwards."""

        def look(part: Part) -> Sequence[Alert]:
            return self._rules.list_history(replace(command, part=part))

        scope = scopes.current()
        found = page_found(look, page, -1, lambda one: scope.is_all or scope.holds(one.camera_id))
        return replace(found, items=list(map(_alert_as_read, found.items)))

    def check(self) -> None:
        self._rules.check()

    def _stored(self, rule_id: int) -> Rule:
        rule = self._rules.get_rule(rule_id)
        if not _is_shown(rule):
            raise RuleNotFoundError(rule_id)
        return rule

    def _unmasked(self, command: UpdateRule) -> UpdateRule:
        """Return the command with what is stored for each mask that it holds."""
        if not holds_mask(command.changes):
            return command
        return with_secrets_of(self._stored(command.rule_id), command)

    def _is_to_be_changed(self, rule_id: int) -> bool:
        """Require that the rule is the caller's; False when this very call has removed it before.

        RuleNotFoundError for another camera's, as for one that is not there.
        """
        try:
            rule = self._stored(rule_id)
        except RuleNotFoundError:
            if self._made_before():
                return False
            raise
        _require(rule.camera_id)
        return True


def _is_shown(rule: Rule) -> bool:
    scope = scopes.current()
    return scope.is_all or not rule.camera_id or scope.holds(rule.camera_id)


def _as_read(rule: Rule) -> Rule:
    return rule if readers.reads_secrets() else harmless_rule(rule)


def _alert_as_read(alert: Alert) -> Alert:
    return alert if readers.reads_secrets() else harmless_alert(alert)


def page_found(
    look: Callable[[Part], Sequence[R]], page: Page, step: int, is_shown: Callable[[R], bool]
) -> Found[R]:
    """Look through the numbers, up or down, until a page is full or enough was looked at."""
    behind = page.after[0] if page.after else (0 if step > 0 else _HIGHEST + 1)
    number, found, looked_at, most = int(behind), list[R](), 0, page.size + 1
    while 0 < number + step <= _HIGHEST:
        seen = look(Part(number + step, most))
        found += filter(is_shown, seen)
        looked_at += len(seen)
        if len(found) > page.size or len(seen) < most:
            return Found(found)
        number = seen[-1].id
        if looked_at >= MAX_LOOKED_AT:
            return Found(found, number)
        most = min(most * _MORE, MAX_LOOKED_AT)
    return Found(found)


def _require(camera_id: str | None) -> None:
    """Raise OutOfScopeError unless the caller may change rules of the camera, of all if None."""
    scope = scopes.current()
    if camera_id:
        scope.require(camera_id)
    else:
        scope.require_all()
