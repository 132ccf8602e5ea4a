"""All SQL of identity, one module per kind of row; personal values are sealed and opened here and nowhere else."""
