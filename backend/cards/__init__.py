"""Paper cards (纸质卡) for people without a phone: issued at a station, printed, taken by PIN or at their home device.

Promises:

1. A resident has at most one card that counts; a new one ends the one before in the same act.
2. A card is issued in an operator's own shift, with a document or a phone's code of its owner, for one home device of
   that station. Its PIN is kept as a slow hash, and nobody reads it again.
3. Five wrong PINs lock a card, however many ask at once; a new card unlocks it. Whoever has no card of this county's,
   or a PIN that is wrong, learns nothing of its owner. Where the code cannot be scanned its number is typed, with the
   same PIN and tries; which numbers there are nobody learns (decision 0088).
4. What is kept of a document is a keyed hash, and its last four signs, sealed, for the look at the home device.
5. Whoever closes their account ends their card thereby, and what tells of them is erased; until then their own export
   has their cards and uses.
6. Each use is told to the owner, and by SMS to the family's phone that the owner agreed to; the office counts the
   cards and uses of each operator.
"""
