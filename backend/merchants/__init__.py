"""Who may take part as a merchant (商户), where its shops are, and whether it may take vouchers now.

Promises:

1. A merchant is admitted once per credit code (统一社会信用代码); the code passes GB 32100-2015, and a demonstration
   county takes only codes that no office could have issued.
2. States move only admitted ⇄ suspended and from either to ended; each edge has an actor, a reason and an audit entry.
3. Each merchant has at least one shop (门店), opened with the admission; a shop's position says where it comes from.
4. What ``standing`` answers is never older than one second, in any process.
5. Nobody comes onto the list of a call (征集公告) before the time for objections (公示期) is over, while one is open,
   or by the decision of anybody who had a hand in the application; published rules change seven days ahead.
6. A bank account counts 24 hours after somebody else than its proposer approved it; one account counts at an instant.
7. Whose required licence has run out takes no vouchers from the next morning on, until somebody else than whoever
   handed a new one in has verified it.
8. The same id gets the same answer; the same id with another command is refused and nothing moves.
"""
