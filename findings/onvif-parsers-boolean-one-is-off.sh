#!/usr/bin/env bash
# onvif-parsers (2.5.0, with onvif-zeep-async 4.3.0): a camera that says "1" when it sees motion is
# understood to see none.
#
# An ONVIF event carries its state as text, <SimpleItem Name="State" Value="..."/>, and the topic's
# description gives the type, xs:boolean for nearly all alarms. XML Schema (part 2, 3.2.2) has two
# ways to write each of its values, "true" or "1" and "false" or "0", and devices use both. zeep does
# not convert a SimpleItem: its Value is of no particular type. onvif-parsers, which turns events
# into states, compares it with "true" alone, in every topic but one: RuleEngine/MotionRegionDetector
# takes "1" as well. A "1" elsewhere is no error and no unknown value, it is a False: the alarm is
# off, for motion, tampering, digital inputs and failed storage alike, and stays so.
# Who watches ONVIF alarms through it should look at the Value of the event as well.
#
# Seen with onvif-parsers 2.5.0, onvif-zeep-async 4.3.0, zeep 4.3.3 on Debian 12, Python 3.11:
#   seven topics: "true" is True, "false" and "0" False; "1" is False in six, True in one
# Exit code 0: as described; 1: one of them behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    onvif-parsers==2.5.0 onvif-zeep-async==4.3.0 zeep==4.3.3

cat >"$folder/try.py" <<'PYTHON'
import asyncio
import sys
from pathlib import Path

import onvif
import onvif_parsers
import zeep
from lxml import etree

EVENTS = "http://www.onvif.org/ver10/events/wsdl"
# Topic: the name of its state, and whether "1" is taken for true.
TOPICS = {
    "tns1:VideoSource/MotionAlarm": ("State", False),
    "tns1:RuleEngine/CellMotionDetector/Motion": ("IsMotion", False),
    "tns1:RuleEngine/TamperDetector/Tamper": ("IsTamper", False),
    "tns1:RuleEngine/MotionRegionDetector/Motion": ("State", True),
    "tns1:VideoSource/GlobalSceneChange/ImagingService": ("State", False),
    "tns1:Device/Trigger/DigitalInput": ("LogicalState", False),
    "tns1:Device/HardwareFailure/StorageFailure": ("Failed", False),
}
ANSWER = """
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
            xmlns:tev="http://www.onvif.org/ver10/events/wsdl"
            xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2"
            xmlns:tt="http://www.onvif.org/ver10/schema"
            xmlns:tns1="http://www.onvif.org/ver10/topics">
  <s:Body>
    <tev:PullMessagesResponse>
      <tev:CurrentTime>2026-12-01T08:00:00Z</tev:CurrentTime>
      <tev:TerminationTime>2026-12-01T09:00:00Z</tev:TerminationTime>
      <wsnt:NotificationMessage>
        <wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
          >{topic}</wsnt:Topic>
        <wsnt:Message>
          <tt:Message UtcTime="2026-12-01T08:00:00Z" PropertyOperation="Changed">
            <tt:Source><tt:SimpleItem Name="Source" Value="camera-1"/></tt:Source>
            <tt:Data><tt:SimpleItem Name="{name}" Value="{value}"/></tt:Data>
          </tt:Message>
        </wsnt:Message>
      </wsnt:NotificationMessage>
    </tev:PullMessagesResponse>
  </s:Body>
</s:Envelope>
"""

client = zeep.Client(str(Path(onvif.__file__).parent / "wsdl" / "events.wsdl"))
pulling = client.wsdl.bindings[f"{{{EVENTS}}}PullPointSubscriptionBinding"].get("PullMessages")


def state(topic, name, value):
    """Return what the parser makes of an event, read as onvif-zeep-async reads it."""
    envelope = etree.fromstring(ANSWER.format(topic=topic, name=name, value=value))
    (event,) = pulling.process_reply(envelope).NotificationMessage
    (entity,) = asyncio.run(onvif_parsers.parse(topic, "camera", event))
    return entity.value


as_described = True
for topic, (name, one) in TOPICS.items():
    seen = {value: state(topic, name, value) for value in ("true", "1", "false", "0")}
    print(f"{topic:52}{seen}")
    as_described &= seen == {"true": True, "1": one, "false": False, "0": False}
sys.exit(0 if as_described else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
