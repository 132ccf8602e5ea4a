"""A county is a database: how it is opened, changed in one transaction, and never half changed.

Promises: only ``transaction.py`` commits; an answer is built only after its commit; what differs between SQLite and
PostgreSQL is decided here and in the slices' ``store.py`` and nowhere else.
"""
