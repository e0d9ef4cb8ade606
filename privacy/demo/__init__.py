"""What the demonstration shows of the protection of personal information."""
