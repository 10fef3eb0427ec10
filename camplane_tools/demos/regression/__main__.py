"""`python -m camplane_tools.demos.regression`: exit code 0 only if each harm was named."""

import argparse

from camplane_tools.demos.regression.acts import Act
from camplane_tools.demos.regression.findings import Found
from camplane_tools.demos.regression.play import play
from camplane_tools.harness.demonstration import demonstrate


def main() -> None:
    """Play the acts; print what was named."""
    argparse.ArgumentParser(
        prog="python -m camplane_tools.demos.regression", description=__doc__
    ).parse_args()
    found = demonstrate("regress-", play)
    print("\n\n".join(_in_words(act, one) for act, one in found))  # noqa: T201


def _in_words(act: Act, found: Found) -> str:
    return "\n".join(
        (
            f"{act.name}: {act.story}",
            f"  RPC    {found.rpc}",
            f"  span   {found.span}",
            f"  cause  {found.cause}",
            f"  trace  {found.trace_id}",
            *(f"  says   {sentence}" for sentence in found.sentences),
        )
    )


if __name__ == "__main__":
    main()
