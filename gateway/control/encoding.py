"""Reports as messages: dataclasses whose fields are named as the contract's."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any, TypeVar

from google.protobuf.message import Message

from gateway.vocabulary.reason import Reason
from gateway.vocabulary.reason_message import encoded

M = TypeVar("M", bound=Message)


def encode(report: Any, message: M) -> M:
    """Fill `message` with a dataclass's fields of the same names; None leaves one unset.

    Fields that the contract does not have are left out.
    """
    for field in message.DESCRIPTOR.fields:
        value = getattr(report, field.name, None)
        if value is None:
            continue
        if isinstance(value, Mapping):
            getattr(message, field.name).update(value)
        elif is_dataclass(value):
            part = getattr(message, field.name)
            part.SetInParent()
            encode(value, part)
        elif field.is_repeated:
            repeated = getattr(message, field.name)
            for item in value:
                if field.message_type is None:
                    repeated.append(item)
                elif isinstance(item, Reason):
                    repeated.append(encoded(item))
                else:
                    encode(item, repeated.add())
        else:
            setattr(message, field.name, value)
    return message
