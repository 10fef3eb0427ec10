"""The document as text: YAML for readers, compact JSON for programs."""

import json
from typing import Any

import yaml

Json = dict[str, Any]

_HEAD = "# Written by `make protos` from protos/; do not edit.\n"


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(document: Json) -> str:
    """Return the document as YAML, keys in its order."""
    return _HEAD + yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
    )


def as_json(document: Json) -> str:
    """Return the document as JSON on one line."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
