"""The offline counter against the real world: a bad network by command line, and a robot at a real page that is killed."""
