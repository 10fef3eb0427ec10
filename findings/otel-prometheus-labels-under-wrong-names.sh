#!/usr/bin/env bash
# opentelemetry-exporter-prometheus (0.66b2 from PyPI): when two meters have an instrument of the
# same name, the second one's attribute values are exported under the first one's label names.
#
# To OpenTelemetry, instruments of two meters are two instruments, whatever they are called, and each
# may have attributes of its own. The exporter puts both into one metric family, as Prometheus
# wants it, and tells them apart by the otel_scope_name label. But the family keeps the label names
# of whichever came first, and takes only the values of the others, in the order of THEIR names.
# So a reason stands under `site`, a scope's name under `otel_scope_schema_url`, and a value too
# many is dropped. Nothing warns: the text is valid, and Prometheus stores what never happened.
# Each of them alone is exported rightly, and so are two series of one meter with different
# attributes. Two libraries that follow the same semantic conventions are enough for it.
# Who runs more than one meter should give every instrument of a name the same attribute keys.
#
# Seen with opentelemetry-exporter-prometheus 0.66b2, opentelemetry-sdk 1.45.2, prometheus-client
# 0.26.0 on Debian 12, Python 3.11:
#   recorder camera=gate site=north:                right
#   streamer camera=yard reason=timeout site=south: {camera="yard", site="timeout", ...}
#   player   camera=door cause=refused:             {camera="door", otel_scope_name="refused",
#                                                   otel_scope_schema_url="player", site=""}
# Exit code 0: as described; 1: the exporter behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    opentelemetry-exporter-prometheus==0.66b2 opentelemetry-sdk==1.45.2 prometheus-client==0.26.0

cat >"$folder/try.py" <<'PYTHON'
import sys

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

# Each meter counts restarts once; the count says below whose series it is.
RECORDER = ("recorder", 1, {"camera": "gate", "site": "north"})
STREAMER = ("streamer", 5, {"camera": "yard", "reason": "timeout", "site": "south"})
PLAYER = ("player", 7, {"camera": "door", "cause": "refused"})
BARE = ("bare", 1, {"camera": "gate"})


def exported(*meters):
    """Return the labels of each count that a scrape shows, without empty ones."""
    registry = CollectorRegistry()
    reader = PrometheusMetricReader(registry=registry, disable_target_info=True)
    provider = MeterProvider([reader])
    for name, count, attributes in meters:
        provider.get_meter(name).create_counter("camera.restarts").add(count, attributes)
    text = generate_latest(registry).decode()
    return {
        int(sample.value): {name: value for name, value in sample.labels.items() if value}
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def right(meter):
    return {**meter[2], "otel_scope_name": meter[0]}


alone = [exported(meter) == {meter[1]: right(meter)} for meter in (RECORDER, STREAMER, PLAYER)]
one_meter = exported(RECORDER, ("recorder", 5, BARE[2]))
together = exported(RECORDER, STREAMER, PLAYER)
print(f"each meter alone, labels as given: {alone}")
print(f"one meter, two sets of attributes: {one_meter}")
for meter in (RECORDER, STREAMER, PLAYER):
    print(f"given    {right(meter)}\nexported {together[meter[1]]}")
as_described = (
    all(alone)
    and one_meter[5] == {**BARE[2], "otel_scope_name": "recorder"}
    and together[1] == right(RECORDER)
    and together[5] == {"camera": "yard", "otel_scope_name": "streamer", "site": "timeout"}
    and together[7]
    == {"camera": "door", "otel_scope_name": "refused", "otel_scope_schema_url": "player"}
)
sys.exit(0 if as_described else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
