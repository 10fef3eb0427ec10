"""When an alert rule fires and when that is over, from events. Pure: no clock, no database."""
