"""Runs the alert service: `python -m alert_service`."""

import argparse

from alert_service.bootstrap import build
from alert_service.settings import alert_settings
from servicekit.server import Service, run
from servicekit.settings import Environment, ServerSettings

SETTINGS = """\
environment:
  CAMPLANE_IMPLEMENTATION      domain (default) or legacy
  CAMPLANE_LISTEN              unix:/path/to/socket or host:port (default 127.0.0.1:0)
  CAMPLANE_DATA                directory for data (default ./camplane-data)
  CAMPLANE_ALERT_DATABASE_URL  sqlite:///path/to/alert.db (default: alert.db in
                               CAMPLANE_DATA) or postgresql://user:password@host/database;
                               both implementations must be given the same one
  CAMPLANE_ALERT_EVENT_DAYS    how long events are kept (default 7)
  CAMPLANE_ALERT_MAX_EVENTS    how many events are kept at most (default 1000000)
  CAMPLANE_ALERT_CHANNELS      who can be told of alerts, JSON: {name: {webhook: {url, secretEnv}}},
                               {alertmanager: {url}} or {apprise: {urlEnv}}
  CAMPLANE_ALERT_CAMERAS       the camera service whose cameras domain follows, for rules about
                               them: unix:/path/to/socket or host:port (default: none)
  CAMPLANE_WEBHOOK_NETWORKS_ALLOW, CAMPLANE_WEBHOOK_NETWORKS_DENY
                               networks that webhooks may go to (any) and may not (link-local),
                               commas between; `,` alone for none
  CAMPLANE_WEBHOOK_LOOPBACK    may webhooks go to this machine itself? (false)
  CAMPLANE_WEBHOOK_SECRETS     variables that may hold their keys (CAMPLANE_WEBHOOK_*)
  CAMPLANE_GRACE_SECONDS       how long calls may finish at a stop (default 5)
  CAMPLANE_METRICS_LISTEN      where Prometheus may ask, as above (default: nowhere)
  CAMPLANE_REQUEST_BYTES       how large a request may be (default 1048576)
  CAMPLANE_TOKENS_FILE         which tokens are revoked: their streams are ended (default: none)
  OTEL_EXPORTER_OTLP_ENDPOINT  where spans go, such as http://127.0.0.1:4317 (default: nowhere)
  CAMPLANE_TRACE_SAMPLES_PER_SECOND  unremarkable calls whose spans are kept, at most (20)
  CAMPLANE_TRACE_SLOW_MS       a call this slow is always traced (default 500)

exit codes: 0 stopped as asked, 2 a setting is wrong, 3 could not start
"""


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    argparse.ArgumentParser(
        prog="python -m alert_service",
        description="Serve the alert rules over gRPC.",
        epilog=SETTINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()
    run(_build)


def _build() -> tuple[Service, ServerSettings]:
    settings = alert_settings(Environment())
    return build(settings), settings.server


if __name__ == "__main__":
    main()
