"""What is each merchant owed, why, and when was it paid? Finance events → pricing lines → payout batches → statements.

Its papers (clearing file, payout and result files, acquirer's statement, 结算单) are made in rooms without SQL: what
stands in a paper is handed to them, and the same content gives the same bytes.
"""
