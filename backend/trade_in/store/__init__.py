"""All SQL of the slice: dossiers with their invoices, reads for lists, and what the audit compares."""
