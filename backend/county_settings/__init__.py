"""What does the county call itself, in which colour and with which sign, and whom does one call?

Promises: the registry's line is what a county begins with, and the newest row here is what it shows since · a name that
stood on a paper is found again for that paper's day · whatever is shown can be read: white letters on the colour, the
colour on its pale ground · a sign is a picture that was drawn anew here, never a file as somebody sent it · two people
who change the same settings never overwrite one another unseen · every process shows a change within a second.
"""
