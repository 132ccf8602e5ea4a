"""The demonstration county (演示县): everything a visitor may try, and nothing that could be mistaken for real.

Promises:

1. Towns and villages are Junlian's own; every person, merchant, station, phone, licence and campaign is invented.
2. No invented number can belong to anybody: see ``unassignable``.
3. The same program makes the same county, on every machine and on every day; only dates follow the day of seeding.
4. Whatever is shown of it carries the mark 演示数据.

The data lies in ``fixtures/county/``; this room reads it (``county``), adds the residents (``residents``) and draws the
pictures (``pictures``).
"""
