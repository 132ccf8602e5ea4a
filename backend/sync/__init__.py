"""How does what a counter accepted without a network reach the county, and what does it count for there?

Promises:

1. What a device signed is one sequence of bytes: an event is named by the SHA-256 of its content, never by a signature,
   and each event names the one before it.
2. An upload that its device signed is never refused, only classified; one unreadable event spoils no other.
3. What a claim is worth depends on the set of events and on the policy, never on the order in which they arrived.
4. What can be lost is bounded before it is handed out: a device holds an allowance that the ledger has reserved.

The rules and the forms on the wire are pure. Specifications in
``fixtures/protocols/{event,batch,canonical-order,certificate,policy,allowance,device-enrolment,device-request}``.
"""
