"""Protection of personal information: registers of the law, a person's own data, retention and erasure."""
