"""What can a person do with a county from the command line?

One module a command: ``add_arguments`` names its flags, ``run`` does it and returns the exit code. Promises:

1. Every line a person reads is Chinese first and complete in English; a refusal names the mend.
2. No secret is written to a log. The few commands whose purpose is a secret (an invitation, a session, a key) print
   it once, to standard output.
3. A command that cannot do what it was asked exits with 1 and has changed nothing that it does not say.
4. Commands act through the slices' verbs, in order and on record, like everybody else.
"""
