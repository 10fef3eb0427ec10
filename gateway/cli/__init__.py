"""The command line, `camplane`."""
