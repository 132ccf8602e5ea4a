"""The drawings of the demonstration county: flat, calm, without a single letter.

Every scene is a function of a ``Canvas`` and draws on 1080 × 720 units. A canvas brings its light (morning, noon,
dusk, mist) and its dice, so that two tea gardens are cousins and not twins. Pure: the same key gives the same pixels.
"""
