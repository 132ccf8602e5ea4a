"""How can somebody outside check a campaign's money without us?

Promises:

1. A pack is one moment: everything in it was read in one frozen transaction, page by page, in a thread and with
   connections of its own. However large the campaign is, memory stays small and the counters go on.
2. Nobody can be recognised by a pack: residents are pseudonyms that hold inside this pack only and that the county
   alone can resolve; words that somebody wrote and bank accounts stay at home.
3. What a pack says can be worked out again with Python alone: balances, batches, the sample, the chain.
4. Whoever makes one stands in the trail, with the seed of the sample.
"""
