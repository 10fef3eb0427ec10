"""The gateway: Envoy's configuration, the control process beside it, and the command line."""
