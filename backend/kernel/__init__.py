"""Words every room uses: money, ids, instants, refusals, signatures, grid codes. No I/O, no framework."""
