"""What a planted fault is."""

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path

PLANTING = Path(__file__).with_name("planting")


@dataclass(frozen=True)
class Mutation:
    """One fault. `before` stands once in the source of `module`; `after` is the fault."""

    name: str
    module: str
    before: str
    after: str
    context: str

    @property
    def environment(self) -> dict[str, str]:
        """What makes a Python process plant it."""
        told = {"module": self.module, "before": self.before, "after": self.after}
        return {"PYTHONPATH": str(PLANTING), "MUTATION": json.dumps(told)}

    def source(self) -> str:
        """Return the sound source of the module."""
        spec = importlib.util.find_spec(self.module)
        assert spec is not None
        assert spec.origin is not None
        return Path(spec.origin).read_text("utf-8")
