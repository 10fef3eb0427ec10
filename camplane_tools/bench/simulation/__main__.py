"""`python -m camplane_tools.bench.simulation`: see camplane_tools.bench.simulation.cli."""

from camplane_tools.bench.simulation.cli import main

if __name__ == "__main__":
    main()
