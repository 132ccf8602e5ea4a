"""The offline counter against a bad network: by command line, and a robot at real pages that are killed."""
