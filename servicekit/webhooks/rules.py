"""Where webhooks may go, and which variables may sign them: the operator's rule, for every plan.

Who may start a plan would else have this machine ask its neighbours, and make signatures with
any secret in its environment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Self
from urllib.parse import urlsplit

from servicekit.flags import parse_flag
from servicekit.networks import DEFAULT_DENY, Networks, NotAllowedHostError, read_address

ALLOW, DENY = "CAMPLANE_WEBHOOK_NETWORKS_ALLOW", "CAMPLANE_WEBHOOK_NETWORKS_DENY"
SECRETS = "CAMPLANE_WEBHOOK_SECRETS"
LOOPBACK = "CAMPLANE_WEBHOOK_LOOPBACK"
VARIABLES = (ALLOW, DENY, LOOPBACK, SECRETS)
DEFAULT_SECRETS = ("CAMPLANE_WEBHOOK_*",)

_NETWORKS_KEY = "webhooks.networks"


class WebhookNotAllowedError(Exception):
    """A webhook may not be told, or not signed so; the text names the setting, and no secret."""


@dataclass(frozen=True)
class WebhookRules:
    """secrets: names of variables that may hold keys; HOOK_* means all with that beginning."""

    networks: Networks = field(default_factory=lambda: Networks.parse(_NETWORKS_KEY))
    secrets: tuple[str, ...] = DEFAULT_SECRETS

    @classmethod
    def told_by(cls, variables: Mapping[str, str]) -> Self:
        """Read VARIABLES; ValueError names the one that cannot be used."""
        allow, deny = variables.get(ALLOW, ""), variables.get(DENY) or ",".join(DEFAULT_DENY)
        try:
            loopback = parse_flag(variables.get(LOOPBACK) or "false")
            networks = Networks.parse(_NETWORKS_KEY, allow, deny, loopback)
        except ValueError as error:
            raise ValueError(f"{ALLOW}, {DENY}, {LOOPBACK}: {error}") from error
        names = (variables.get(SECRETS) or ",".join(DEFAULT_SECRETS)).split(",")
        return cls(networks, tuple(name.strip() for name in names if name.strip()))

    def check(self, url: str, secret_env: str) -> None:
        """Raise WebhookNotAllowedError for what the text shows; a name is checked when it is used.

        secret_env: "" where nothing is signed.
        """
        if secret_env:
            self.check_name(secret_env, "secretEnv")
        try:
            self.networks.check_host(urlsplit(url).hostname or "")
        except NotAllowedHostError as error:
            raise WebhookNotAllowedError(f"url: {error}") from error

    def check_name(self, variable: str, key: str) -> None:
        """Raise WebhookNotAllowedError for a variable that is not listed; key: who names it."""
        if not any(fnmatchcase(variable, name) for name in self.secrets):
            raise WebhookNotAllowedError(
                f"{key} must be a variable that webhooks.secret_env in camplane.yaml names: "
                f"{', '.join(self.secrets) or 'none'}"
            )

    def checked(self, addresses: Iterable[str]) -> list[str]:
        """Return addresses that a name has now, each once; WebhookNotAllowedError for any."""
        found = list(dict.fromkeys(addresses))
        try:
            for address in found:
                self.networks.check(read_address(address))
        except NotAllowedHostError as error:
            raise WebhookNotAllowedError(f"url: {error}") from error
        return found
