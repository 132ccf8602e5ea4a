"""A county lives through random histories; one seed replays each of them."""
