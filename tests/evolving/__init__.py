"""An app that changes: the same label with its models before and after a migration."""
