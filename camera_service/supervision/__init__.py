"""What should run, runs: workers that die or hang are started again."""
