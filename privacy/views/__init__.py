"""The pages of the protection of personal information."""
