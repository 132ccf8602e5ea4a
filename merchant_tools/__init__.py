"""What a merchant installs: it carries no server and trusts only the county's published protocols."""
