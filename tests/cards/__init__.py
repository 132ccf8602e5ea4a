"""Paper cards: issued, ended, told of, and taken."""
