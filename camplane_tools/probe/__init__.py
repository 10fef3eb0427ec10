"""The probe: loads gateways in turn, and says how fast they answered and what it cost."""
