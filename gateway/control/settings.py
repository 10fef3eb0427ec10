"""The control process's settings, from the environment."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from gateway.proxy.topology import Topology
from gateway.proxy.topology_file import TOPOLOGY, read_topology
from servicekit.settings import Environment, ServerSettings, SettingsError, server_settings
from servicekit.webhooks.rules import VARIABLES, WebhookRules

HELP = """usage: python -m gateway

The gateway's control process: takes in the spans of every request (OTLP/gRPC, on
its own address), compares the two paths, carries out the rollouts, and answers
/api/ping, /api/v1/monitoring and /api/v1/rollouts.

Settings, from the environment:
  CAMPLANE_GATEWAY_DIRECTORY   folder with Envoy's configuration (required; `camplane up` writes it)
  CAMPLANE_LISTEN              address; by default the one that Envoy's configuration names
  CAMPLANE_GATEWAY_DATABASE    file of the statistics and kept traces (gateway.db in that folder)
  CAMPLANE_ROLLOUT_DATABASE    file of the rollouts' decisions (rollout.db in that folder)
  CAMPLANE_AUDIT_DATABASE      file of who wrote what, and who was refused (audit.db in that folder)
  CAMPLANE_WEBHOOK_NETWORKS_ALLOW, CAMPLANE_WEBHOOK_NETWORKS_DENY
                               networks that webhooks may go to (any) and may not (link-local),
                               commas between; `,` alone for none
  CAMPLANE_WEBHOOK_LOOPBACK    may webhooks go to this machine itself? (false)
  CAMPLANE_WEBHOOK_SECRETS     variables that may hold their keys (CAMPLANE_WEBHOOK_*)
  CAMPLANE_GRACE_SECONDS       how long running calls may take at a stop (5)
  CAMPLANE_METRICS_LISTEN      where Prometheus may ask, unix:/path or host:port (nowhere)
  CAMPLANE_REQUEST_BYTES       how large a request may be (1048576)
  CAMPLANE_TOKENS_FILE         which tokens are revoked: their streams are ended (none)
  OTEL_EXPORTER_OTLP_ENDPOINT  where all spans are sent on to, such as http://127.0.0.1:4317
  CAMPLANE_TRACE_SAMPLES_PER_SECOND  unremarkable calls whose spans are kept, at most (20)
  CAMPLANE_TRACE_SLOW_MS       a call at least this slow is always kept (500)
"""


@dataclass(frozen=True)
class ControlSettings:
    """directory: where Envoy's configuration lies; topology: as written there.

    database, rollouts, audit: the SQLite files of statistics and kept traces, of
    the rollouts' decisions, and of who wrote what. forward_to: an OTLP/gRPC
    endpoint that gets every span; "" for none. webhooks: where they may go.
    """

    directory: Path
    topology: Topology
    server: ServerSettings
    database: Path
    rollouts: Path
    audit: Path
    forward_to: str = ""
    webhooks: WebhookRules = field(default_factory=WebhookRules)


def control_settings(env: Environment) -> ControlSettings:
    """Read the settings; SettingsError when the folder holds no configuration."""
    text = env.text("CAMPLANE_GATEWAY_DIRECTORY")
    directory = Path(text).resolve()
    try:
        topology = read_topology(directory)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SettingsError(
            f"CAMPLANE_GATEWAY_DIRECTORY={text!r}: give the folder that holds {TOPOLOGY}, "
            f"which `camplane up` writes ({error})"
        ) from error
    server = server_settings(env)
    if not env.text("CAMPLANE_LISTEN"):
        server = replace(server, address=topology.control)
    database = Path(env.text("CAMPLANE_GATEWAY_DATABASE") or directory / "gateway.db")
    rollouts = Path(env.text("CAMPLANE_ROLLOUT_DATABASE") or directory / "rollout.db")
    audit = Path(env.text("CAMPLANE_AUDIT_DATABASE") or directory / "audit.db")
    try:
        webhooks = WebhookRules.told_by({name: env.text(name) for name in VARIABLES})
    except ValueError as error:
        raise SettingsError(str(error)) from error
    return ControlSettings(
        directory,
        topology,
        server,
        database.resolve(),
        rollouts.resolve(),
        audit.resolve(),
        server.telemetry.endpoint,
        webhooks,
    )
