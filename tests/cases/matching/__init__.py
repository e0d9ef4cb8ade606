"""Matching and capacity: the ranking, a match and its moves, the seats of a project, the figures."""
