"""What metrics say: statistics, the comparison of both paths, and the judgement of a step. Pure."""
