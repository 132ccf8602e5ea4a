"""How does a county's database come to its present shape? Alembic, one version table per county, all or nothing."""
