"""Yizhan (驿站): the traffic entrances of a county's digital economy; see ``ARCHITECTURE.md`` for the map."""
