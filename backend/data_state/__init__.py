"""What does a county's database know of itself: how its seeding went, and how often it was restored?

A handful of named values that must travel with the data: into every backup, and never into another county.
"""
