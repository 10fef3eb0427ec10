"""The switches that are read at start, and what they must come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gateway.vocabulary.split import Split


@dataclass(frozen=True)
class Variant:
    """Variables of one start, and the split that it must begin with."""

    variables: MappingProxyType[str, str]
    split: Split

    @property
    def name(self) -> str:
        """The variables as a shell has them."""
        return as_typed(self.variables)


def as_typed(variables: Mapping[str, str]) -> str:
    """Return variables as they are typed before a command."""
    return " ".join(f"{name}={value}" for name, value in variables.items())


def _variant(split: Split, **variables: str) -> Variant:
    return Variant(MappingProxyType(variables), split)


# Nothing to domain; a variable set to nothing is one that is not set.
UNSET = _variant(Split(0, 0), ROLLOUT_PERCENT="")
# As few starts as say all: every percentage, both switches, each overridden for one
# context in one direction and the other. What they mean is written here once more.
VARIANTS = (
    _variant(Split(100, 100), USE_DOMAIN_SERVICE="true"),
    _variant(Split(25, 25), USE_DOMAIN_SERVICE="on", ROLLOUT_PERCENT="25"),
    _variant(
        Split(0, 50),
        USE_DOMAIN_SERVICE="false",
        ROLLOUT_PERCENT="50",
        USE_DOMAIN_SERVICE_ALERT="1",
    ),
    _variant(
        Split(10, 0), USE_DOMAIN_SERVICE="TRUE", ROLLOUT_PERCENT="0", ROLLOUT_PERCENT_CAMERA="10"
    ),
)
# What a reduced check starts with in place of UNSET.
QUICK = _variant(
    Split(10, 25), USE_DOMAIN_SERVICE="true", ROLLOUT_PERCENT="10", ROLLOUT_PERCENT_ALERT="25"
)
# The first variable of each is the one that must be named.
GARBAGE = (
    {"USE_DOMAIN_SERVICE": "maybe"},
    {"USE_DOMAIN_SERVICE_CAMERA": "2", "USE_DOMAIN_SERVICE": "true"},
    {"ROLLOUT_PERCENT": "101", "USE_DOMAIN_SERVICE": "true"},
    {"ROLLOUT_PERCENT": "-1"},
    {"ROLLOUT_PERCENT": "25%"},
    {"ROLLOUT_PERCENT_ALERT": "half", "USE_DOMAIN_SERVICE": "true"},
)

# Set while it runs, one after another: each weight for each context, never the same for both.
# At the last one, where pins and force_domain are looked at, both sides have cameras.
LIVE = (Split(10, 100), Split(25, 0), Split(100, 25), Split(0, 50), Split(50, 10))
QUICK_LIVE = (Split(50, 0),)
