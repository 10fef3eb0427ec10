"""Reasons as messages of reason.proto."""

from camplane.gateway.v1 import reason_pb2 as pb

from gateway.vocabulary.reason import Reason

_PREFIX = "REASON_CODE_"


def encoded(reason: Reason) -> pb.Reason:
    """Return a reason as a message, each parameter by its kind."""
    message = pb.Reason(code=_PREFIX + reason.code.name)
    for name, value in reason.values.items():
        if isinstance(value, str):
            message.texts[name] = value
        elif isinstance(value, int | float):
            message.numbers[name] = value
        else:
            names = [one for one in value if isinstance(one, str)]
            parts = [encoded(one) for one in value if isinstance(one, Reason)]
            if names:
                message.names[name].names.extend(names)
            if parts:
                message.reasons[name].reasons.extend(parts)
    return message
