"""`python -m camplane_tools.bench`: see camplane_tools.bench.cli."""

from camplane_tools.bench.cli import main

if __name__ == "__main__":
    main()
