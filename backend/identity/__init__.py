"""Who is this, what may they do, and what does the county know about them?

Promises: a session's token is chosen by the county alone, stored as a hash, and ends within a second everywhere when it
is revoked · sign-in tries and SMS spending are counted in the database and fail closed · system, security and audit
administrator are never one person · personal values are sealed at rest, masked in lists, and a full view needs a
purpose, is audited and shown to the person · one live holder key a resident · keys that tell "the same person" leave
this slice as keyed hashes only · consents are rows that nobody can change.
"""
