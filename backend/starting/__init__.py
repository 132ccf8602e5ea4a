"""How does a real county start? Its places and first administrators, the lists that it has, and what is missing.

Promises:

1. A county is founded whole or not at all: places and the three administrators' invitations in one transaction, and a
   founding that was cut off is taken up again without a second account.
2. An import tries first: the report says what would be made, what is there already and every fault by sheet, row and
   column; carrying it out does exactly that, once, in one transaction, or refuses and changes nothing: another file,
   another answer of the county, a single fault.
3. An import gives nobody a right that its own desk cannot give: accounts are the system administrator's, roles the
   security administrator's, merchants and stations the office's. Invitations are shown once.
4. The check-list claims nothing that it does not know: what no part of the program can answer yet stands as unknown.
"""
