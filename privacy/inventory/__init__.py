"""Which personal information is kept, where, why and for whom: one declaration a model, the rest generated.

The inventory page, its export, the data map of the documentation and a person's own data all read it. A model
that is declared nowhere fails a test.
"""
