"""What merchants are owed, when they are paid, and how anybody can follow it afterwards (结算).

Promises: a redemption's finance event is stored in the redemption's own transaction, with its shares frozen; on the
next working day every event is cleared once, for good; risk and missing proof hold a payout, never a sale, and a person
decides; two people send money; a payout that the bank rejects is payable again and keeps its link; what was paid is
never paid twice.
"""
