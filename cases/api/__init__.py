"""The API of the participant side, one file a noun."""
