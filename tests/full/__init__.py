"""``make test-full``: the long form of what the suite tests briefly, with a report that is committed."""
