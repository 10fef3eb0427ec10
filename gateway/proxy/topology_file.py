"""The topology as it is written down, for the control process and for commands to read.

Apart from the files that Envoy reads: what makes those takes a command longer to import than
most commands take.
"""

from pathlib import Path

from gateway.proxy.topology import Topology

TOPOLOGY = "topology.json"


def read_topology(directory: Path) -> Topology:
    """Return the topology that `write_configuration` wrote."""
    return Topology.from_json((directory / TOPOLOGY).read_text("utf-8"))
