"""Who did what, when, to which thing, with what result: append-only, and chained so that a flipped byte is found.

Promises: an entry commits with its act, or neither does; one chainer links entries into blocks within a second; an
entry unlinked after ten seconds is a fault; addresses, and the words that somebody wrote, stay outside the hash, so
that erasing them never breaks the chain.
"""
