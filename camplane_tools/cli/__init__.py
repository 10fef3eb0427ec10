"""The tools' commands, which `camplane` loads where they are installed."""
