"""The API of the protection of personal information."""
