"""Pages of the participant side, one file a noun."""
