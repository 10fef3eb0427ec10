#!/usr/bin/env bash
# standardwebhooks (1.1.0 from PyPI): sign() takes a datetime and throws its time zone away, so that
# what is signed in any zone but UTC is refused by every receiver.
#
# The signature is made of id, timestamp and body, the timestamp in seconds since 1970 as the header
# webhook-timestamp has it (Standard Webhooks, "Signature scheme"). A datetime with a zone names such
# a second, wherever the sender stands, and int(when.timestamp()) is it. sign(id, when, body) puts
# UTC in the place of the zone first: 09:00+01:00 is signed as 09:00Z, an hour off. A datetime
# without a zone, which Python takes as local time, is taken as UTC too. On a machine that runs in
# UTC, where it is mostly tested, nothing shows. Elsewhere verify() says "No matching signature
# found", which sends one looking for a wrong secret.
# Sign with datetime.now(UTC), and make the header of the same one.
#
# Seen with standardwebhooks 1.1.0, tzdata 2026.6 on Debian 12, Python 3.11, one instant:
#   in UTC: verified
#   in Europe/Berlin, America/New_York, Asia/Kolkata, or without a zone where the machine's is
#   not UTC: No matching signature found
# Exit code 0: as described; 1: standardwebhooks behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    standardwebhooks==1.1.0 tzdata==2026.6

cat >"$folder/try.py" <<'PYTHON'
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

webhook = Webhook("whsec_" + "c2lnbmVkIHdpdGggdGhpcyBrZXk=")
body = '{"type":"camera.offline","data":{"camera":"gate"}}'
now = datetime.now(UTC)


def verified(when):
    """Sign at an instant, say the same instant in the header, and return what the receiver says."""
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(when.timestamp())),
        "webhook-signature": webhook.sign(msg_id="msg_1", timestamp=when, data=body),
    }
    try:
        webhook.verify(body, headers)
    except WebhookVerificationError as error:
        return str(error)
    return "verified"


as_described = True
for zone in ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"):
    when = now.astimezone(ZoneInfo(zone))
    assert int(when.timestamp()) == int(now.timestamp())
    seen = verified(when)
    print(f"{zone:40}{seen}")
    as_described &= seen == ("verified" if zone == "UTC" else "No matching signature found")
local = verified(datetime.fromtimestamp(now.timestamp()))
print(f"{'no zone, on a machine 5:30 east of UTC':40}{local}")
sys.exit(0 if as_described and local == "No matching signature found" else 1)
PYTHON
# TZ in POSIX form, 5:30 east of UTC: the machine need not have time zone data.
TZ='<+0530>-5:30' "$folder/venv/bin/python" "$folder/try.py"
