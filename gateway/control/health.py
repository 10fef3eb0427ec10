"""From what serves to a verdict on the whole. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.control.errors import ContextDownError
from gateway.vocabulary.split import CONTEXTS

# Said wherever an operator looks, while it is so.
ANYBODY = "the port is open to others, and whoever reaches it is the operator: nobody is asked who"

NOT_TOLD = (
    "a channel of alert rules is not told; camplane_alert_notifications_failing at "
    "/metrics/alert/domain and the log of alert/domain say which and why"
)

# Which services prove, by serving, that a context's database can be reached.
# Camera's legacy needs none.
DATABASE_USERS = (("camera/domain",), ("alert/domain", "alert/legacy"))


@dataclass(frozen=True)
class Verdict:
    """Which groups of services are fine; not_serving names the others."""

    database: bool
    domain_services: bool
    legacy_services: bool
    not_serving: tuple[str, ...]


def judge(serving: Mapping[str, bool]) -> Verdict:
    """Return the verdict on services by name, such as {"camera/domain": True}.

    Raises ContextDownError when neither implementation of a context serves.
    """
    for context in CONTEXTS:
        if not any(serving[f"{context}/{side}"] for side in ("domain", "legacy")):
            raise ContextDownError(
                f"neither {context}/domain nor {context}/legacy serves; their logs say why"
            )
    return Verdict(
        database=all(any(serving[name] for name in users) for users in DATABASE_USERS),
        domain_services=all(serving[f"{context}/domain"] for context in CONTEXTS),
        legacy_services=all(serving[f"{context}/legacy"] for context in CONTEXTS),
        not_serving=tuple(sorted(name for name, serves in serving.items() if not serves)),
    )
