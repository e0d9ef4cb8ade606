"""The API of the host side, one file a noun."""
