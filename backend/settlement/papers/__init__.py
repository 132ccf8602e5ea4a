"""What leaves the county about money: clearing files, payout files, statements; and what comes back from banks.

Every paper is made from a frozen Struct and nothing else: no database, no clock, no network. The same content gives the
same bytes, today and in ten years, and what comes from outside is either understood to the last cell or answered with
the row, the column and the mend.
"""
