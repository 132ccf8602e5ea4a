"""The counters of the county (驿站): stations and vans, operators, shifts with cash counted, assisted service.

Promises:

1. An operator has one open shift, and so has a device; a shift stands at a station where the operator is appointed.
2. A shift closes with its cash counted; a difference needs a reason, and the closed shift never changes.
3. Every act done for somebody else leaves a record of who helped whom with which proof, which the resident and the
   auditor see.
4. A helper's assisted claims for one resident in a day, and a device's in a day, never exceed the policy in force,
   however many ask at once; the database itself refuses one more.
5. The same id gets the same answer; the same id with another command is refused and nothing moves.
"""
