"""What can go wrong with alert rules; both implementations raise these."""

from collections.abc import Sequence


class AlertError(Exception):
    """The base of everything that is refused on purpose; the message is for the caller."""


class RuleNotFoundError(AlertError):
    """No rule has this id."""

    def __init__(self, rule_id: int) -> None:
        super().__init__(f"告警规则不存在: {rule_id}")


class ChannelNotFoundError(AlertError):
    """No channel has this name."""

    def __init__(self, channel: str, known: Sequence[str]) -> None:
        there = f"there are {', '.join(known)}" if known else "alerts.channels has none"
        super().__init__(f"no channel is called {channel!r}: {there}")


class RuleInUseError(AlertError):
    """The tables let the rule go only together with its history, or with what refers to it."""

    def __init__(self, rule_id: int, cause: str) -> None:
        super().__init__(
            f"rule {rule_id} cannot be deleted, nothing was changed: {cause}; "
            "disable it instead, or let alert_history.rule_id be null and remove what refers to it"
        )


class AlertNotFoundError(AlertError):
    """No alert has this id, or it is another camera's."""

    def __init__(self, alert_id: int) -> None:
        super().__init__(f"there is no alert {alert_id}: ask for the list of those that there are")


class RuleOfAnotherCameraError(AlertError):
    """The rule is held against one camera alone, and the one that is named is another."""

    def __init__(self, rule_id: int, camera_id: str) -> None:
        super().__init__(f"rule {rule_id} is of the camera {camera_id} alone: leave camera_id out")


class SnoozeNotFoundError(AlertError):
    """The rule is not silent for the camera, or not for all."""

    def __init__(self, rule_id: int, camera_id: str) -> None:
        what = f"for {camera_id}" if camera_id else "for all its cameras"
        super().__init__(
            f"rule {rule_id} is not snoozed {what}: ask for the list of those that are"
        )


class InvalidArgumentError(AlertError):
    """The request itself is wrong; the message names the field and what it takes."""


class MissingFieldError(InvalidArgumentError):
    """A new rule lacks a required field."""

    def __init__(self, field: str) -> None:
        super().__init__(f"缺少必填字段: {field}")
