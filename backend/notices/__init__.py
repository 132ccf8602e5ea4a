"""What everybody may read about public money: an approved campaign's rules, budget and figures (信息公开).

Promises: only approved campaigns; sums and counts, never a resident and never a single bill; a town or trade with few
redemptions disappears among the others; the figures are those of the ledger at one instant, which is told.
"""
