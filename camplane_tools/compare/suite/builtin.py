"""All cases of the built-in suite, in the order in which they are asked."""

from camplane_tools.compare.model import Case
from camplane_tools.compare.suite import cameras, crossing, logs, rules, workers

MODULES = (cameras, workers, logs, rules, crossing)


def builtin_cases() -> list[Case]:
    """Return every case; names are unique."""
    return [one for module in MODULES for one in module.cases()]
