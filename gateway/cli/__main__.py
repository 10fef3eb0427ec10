"""`python -m gateway.cli`: the command `camplane`, wherever it is not on the PATH."""

from gateway.cli.app import main

if __name__ == "__main__":
    main()
