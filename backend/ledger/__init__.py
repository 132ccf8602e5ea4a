"""Double entry in integer fen: where every yuan of public money is, at every moment.

Promises: transfers are only ever added; each moves one amount from one account to another, so it sums to zero by its
shape; no balance is stored, each is the sum of its transfers; an act cannot be booked twice.
"""
