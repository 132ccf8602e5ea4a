"""What must be told and what must be done later, never lost and never done twice.

Promises: an event is stored with the act that caused it; the relay delivers it at least once; a consumer's inbox row
makes it act once; a request id has one answer; timed work has one row per thing to do and one worker at a time; what
keeps failing is tried on, at most an hour apart, and is shown.
"""
