"""Consumption vouchers (消费券): from the budget to the receipt, every discounted fen with exactly one payer.

Promises: what a round issues never exceeds its pieces, its lines' money or a person's limit, however many ask at
once; a voucher is redeemed at most once; a bill always leaves at least one fen to pay; what is not used returns to the
line it came from, once; the same id gets the same answer. A voucher is an entitlement, never a balance: no route tops
one up or hands one on.
"""
