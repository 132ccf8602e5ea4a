"""What a crash may cost: processes, connections and databases are killed in mid-rush, and nothing stored is lost."""
