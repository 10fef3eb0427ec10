"""`python -m camplane_tools.demos.rollout`: exit code 0 only if both runs went as promised."""

import argparse

from camplane_tools.demos.rollout.play import Played, play
from camplane_tools.harness.demonstration import demonstrate


def main() -> None:
    """Play both runs; print what came of them."""
    argparse.ArgumentParser(
        prog="python -m camplane_tools.demos.rollout", description=__doc__
    ).parse_args()
    good, bad = demonstrate("rollout-", play)
    print(f"A healthy domain\n{_in_words(good)}\n\nA domain that turns bad\n{_in_words(bad)}")  # noqa: T201


def _in_words(played: Played) -> str:
    lines = [
        f"  {one.context:6} {one.action:8} {one.from_weight:3} % to {one.to_weight:3} %"
        f"  on {one.requests:,} requests of domain"
        for one in played.decisions
    ]
    moved_back = ""
    if played.moved_back is not None:
        moved_back = f", {played.moved_back} cameras moved back on the way up"
    lines.append(
        f"  {played.requests:,} requests in {played.seconds:.0f} s, {played.failed} failed"
        f" of themselves{moved_back}"
    )
    if played.last_by_domain is not None:
        lines.append(
            f"  domain's last answer came {played.last_by_domain:.2f} s after the decision"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
