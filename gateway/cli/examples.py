"""What one types: an example or two of each command, shown at the end of its help.

They are for people who do not read the options first. Each is held to be valid by a test.
"""

from collections.abc import Mapping
from typing import Any

_AT_AN_EVENING = "camplane rules test 3 --from 2026-11-30T18:00Z --to 2026-11-30T22:00Z"
_RULE = (
    """camplane rules add --name Crowd --type violation_threshold --conditions '{"threshold": 5}'"""
)

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "": ("camplane up --demo", "camplane cameras list", "camplane rollout start"),
    "up": (
        "camplane up --demo",
        "camplane up --cameras /srv/old/cameras.yaml",
        "camplane up --config camplane.yaml --host 0.0.0.0 --tls self-signed",
    ),
    "down": ("camplane down", "camplane down --keep-cameras"),
    "status": ("camplane status", "camplane status --json"),
    "logs": ("camplane logs envoy -f",),
    "probe": ("camplane probe --rounds 4",),
    "compare": ("camplane compare", "camplane compare --only rules --html report.html"),
    "record": ("camplane record traffic.jsonl",),
    "verify": ("camplane verify",),
    "verify routing": ("camplane verify routing",),
    "cameras": ("camplane cameras list", "camplane cameras start door"),
    "cameras list": ("camplane cameras list", "camplane cameras list --json"),
    "cameras show": ("camplane cameras show door",),
    "cameras add": (
        "camplane cameras add door --name Door --source rtsp://10.0.0.7/1",
        "camplane cameras add door --name Door --source clip.mp4 fps=10",
    ),
    "cameras set": ("camplane cameras set door name=Entrance fps=10",),
    "cameras remove": ("camplane cameras remove door",),
    "cameras start": ("camplane cameras start door",),
    "cameras stop": ("camplane cameras stop door",),
    "cameras restart": ("camplane cameras restart door",),
    "cameras activate": ("camplane cameras activate door",),
    "cameras deactivate": ("camplane cameras deactivate door",),
    "cameras auto-start": ("camplane cameras auto-start door on",),
    "cameras stats": ("camplane cameras stats door",),
    "cameras logs": ("camplane cameras logs door -n 20 -f",),
    "cameras preview": ("camplane cameras preview door -o door.jpg",),
    "cameras refresh": ("camplane cameras refresh",),
    "rules": ("camplane rules list", "camplane rules history"),
    "rules list": ("camplane rules list --camera door",),
    "rules show": ("camplane rules show 3",),
    "rules add": (_RULE,),
    "rules set": ("camplane rules set 3 enabled=false priority=high",),
    "rules remove": ("camplane rules remove 3",),
    "rules history": ("camplane rules history --limit 5 --camera door",),
    "rules states": ("camplane rules states",),
    "rules lint": ("camplane rules lint",),
    "rules test": (_AT_AN_EVENING,),
    "alerts": ("camplane alerts list --state firing", "camplane alerts ack 12"),
    "alerts list": ("camplane alerts list --handled none",),
    "alerts show": ("camplane alerts show 12",),
    "alerts ack": ("camplane alerts ack 12 13",),
    "alerts confirm": ("camplane alerts confirm 12 --comment 'a ladder in front of it'",),
    "alerts false-positive": ("camplane alerts false-positive 12",),
    "alerts statistics": ("camplane alerts statistics --camera door",),
    "channels": ("camplane channels list", "camplane channels test mail"),
    "channels list": ("camplane channels list",),
    "channels test": ("camplane channels test mail",),
    "rollout": ("camplane rollout start", "camplane rollout status --watch"),
    "rollout status": ("camplane rollout status alert", "camplane rollout status --watch"),
    "rollout start": (
        "camplane rollout start",
        "camplane rollout start --plan alerts.yaml --plan cameras.yaml",
    ),
    "rollout promote": ("camplane rollout promote alert -m 'looks good'",),
    "rollout pause": ("camplane rollout pause camera -m 'the shift changes'",),
    "rollout resume": ("camplane rollout resume camera",),
    "rollout abort": ("camplane rollout abort", "camplane rollout abort camera --gradual"),
    "rollout set": ("camplane rollout set --camera 25 --alert 10",),
    "rollout pin": ("camplane rollout pin door --path legacy",),
    "rollout unpin": ("camplane rollout unpin door",),
    "rollout pins": ("camplane rollout pins",),
    "rollout explain": ("camplane rollout explain door",),
    "rollout history": ("camplane rollout history -n 10", "camplane rollout history --verify"),
    "rollout replay": ("camplane rollout replay",),
    "rollout plan": ("camplane rollout plan --at-current-traffic",),
    "rollout lint": ("camplane rollout lint plan.yaml",),
    "traffic": ("camplane traffic --minutes 15", "camplane traffic --watch"),
    "traffic traces": ("camplane traffic traces --kind failed",),
    "traffic trace": ("camplane traffic trace 4bf92f35",),
    "consistency": ("camplane consistency check",),
    "consistency check": ("camplane consistency check",),
    "consistency repair": ("camplane consistency repair --dry-run",),
    "consistency undo": ("camplane consistency undo 20261130-180000",),
    "shadow": ("camplane shadow on --percent 20",),
    "shadow on": ("camplane shadow on --percent 20",),
    "shadow off": ("camplane shadow off",),
    "shadow status": ("camplane shadow status",),
    "token": ("camplane token create --name alice --role operator",),
    "token create": ("camplane token create --name alice --role operator --expires 90d",),
    "token list": ("camplane token list",),
    "token revoke": ("camplane token revoke b26cffae488def40",),
    "audit": ("camplane audit -n 10", "camplane audit --refused"),
}


def epilog(name: str) -> str:
    """Return what stands at the end of a command's help; "" when it has no example."""
    found = EXAMPLES.get(name, ())
    if not found:
        return ""
    title = "Example:" if len(found) == 1 else "Examples:"
    return "\n".join((title, *(f"  {one}" for one in found)))


def with_examples(command: Any, name: str) -> Any:
    """Return a command, or a group with all its commands, with their examples below the help.

    Commands that are not imported yet (gateway/cli/commands.py) get theirs when they are.
    """
    command.epilog = epilog(name) or None
    known = getattr(command, "commands", None)
    if isinstance(known, dict):
        for each, below in known.items():
            with_examples(below, f"{name} {each}")
    return command
