"""All SQL of merchants: the listed ones, calls with their applications, bank accounts, papers, people and shops."""
