"""How workers are run, as the operator wants it."""

from dataclasses import dataclass, field

from camera_service.shared_state.processes.limits import Limits
from camera_service.shared_state.processes.worker_command import WorkerCommand
from camera_service.shared_state.processes.worker_inputs import WorkerInputs
from camera_service.worker.log_files import LogLimits


@dataclass(frozen=True)
class WorkerSettings:
    """How workers are run.

    stop_seconds: how long a worker may take to end after SIGTERM before it is killed.
    inputs: what an entry may hand to its worker.
    """

    command: WorkerCommand
    stop_seconds: float = 5.0
    limits: Limits = field(default_factory=Limits)
    log: LogLimits = field(default_factory=LogLimits)
    inputs: WorkerInputs = field(default_factory=WorkerInputs)
