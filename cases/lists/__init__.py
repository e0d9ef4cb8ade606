"""What the lists of the participant side can be narrowed by, one file a noun."""
