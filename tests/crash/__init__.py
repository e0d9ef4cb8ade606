"""Killing the service and its database while they write, and proving afterwards that nothing was lost."""
