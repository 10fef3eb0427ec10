"""The gateway's certificate: read, checked, made, and renewed while the gateway runs."""
