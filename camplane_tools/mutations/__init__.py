"""Faults planted in the domain implementation, one at a time, that `camplane compare` must find."""
