"""`python -m drill.regression`: exit code 0 only if each harm was named."""

import argparse

from drill.demonstration import demonstrate
from drill.regression.acts import Act
from drill.regression.findings import Found
from drill.regression.play import play


def main() -> None:
    """Play the acts; print what was named."""
    argparse.ArgumentParser(prog="python -m drill.regression", description=__doc__).parse_args()
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
