"""How near to an empty route are the hot acts? Ratios, measured side by side in one run; see ``results.md``."""
