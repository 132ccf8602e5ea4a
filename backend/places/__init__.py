"""Where is everything: the county, its towns and villages, spots, positions, and what is near.

Promises:

1. A position says where it comes from; an invented one says 示意位置, and nothing real ever gets an invented one.
2. A place without a position has none, says so, and comes last when sorted by distance: nothing is guessed.
3. Codes are those of the statistics office; a place that was merged away is kept, marked inactive, and still found by
   the records that name it.
4. Positions are WGS-84 in whole millionths of a degree (about 0.1 m); no float is stored. GCJ-02 exists only at the
   edge of a map, in the browser.
"""
