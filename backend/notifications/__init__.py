"""What does the county tell a person, and by which way?

Promises: the in-app inbox is the record of everything told; a message is a template of ours with variables, never free
text; SMS leaves only after the act that caused it is committed, and a real sender is refused in a demonstration county,
whose messages appear in a visible box instead; names, phones and codes are sealed at rest and erased when their purpose
has ended.
"""
