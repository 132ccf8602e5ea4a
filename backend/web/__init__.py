"""What the wire looks like: problems, limits, pages, headers, the hot lane. No slice is known; app.py binds ports."""
