"""The forms of the protection of personal information."""
