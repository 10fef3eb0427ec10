"""`python -m bench.simulation`: see bench.simulation.cli."""

from bench.simulation.cli import main

if __name__ == "__main__":
    main()
