"""All SQL of the offline counter: devices and invitations, policies, allowances; what devices sent."""
