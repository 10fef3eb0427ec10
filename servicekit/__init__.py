"""What every service needs and no business noun: server, errors, telemetry, settings."""
