"""All SQL of stations: one file for the counters and who runs them, one for shifts, one for assisted service."""
