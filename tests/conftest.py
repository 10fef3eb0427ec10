"""What holds for every test."""

import os

from hypothesis import settings

# The same examples in every run, so that a failure is the change's; a long
# search with new ones: pytest --hypothesis-profile=long tests/fuzz tests/fire
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("long", max_examples=3000, deadline=None, print_blob=True)
settings.load_profile("ci")

pytest_plugins = ["tests.postgres", "tests.stack"]

# Before grpc is loaded: its fork handlers, run when a test starts a child with
# a preexec_fn, may close what a channel of this process is waiting on.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"
