"""What holds for every test."""

import os

# Before grpc is loaded: its fork handlers, run when a test starts a child with
# a preexec_fn, may close what a channel of this process is waiting on.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"
