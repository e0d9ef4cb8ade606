"""Forms of the host side, one file a noun. They parse; the services decide and write."""
