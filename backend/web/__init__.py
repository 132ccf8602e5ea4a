"""What the wire looks like: problems, limits, pages, headers, the hot lane. Knows no slice; ports are bound in app.py."""
