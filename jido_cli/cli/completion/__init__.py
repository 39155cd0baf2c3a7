"""Shell completion: what may come next on a command line that is being typed.

The shells' scripts are `scripts`; they call the command with the words typed so far. Here nothing
is ever printed that was not asked for, and nothing fails aloud: a shell that completes wants words
or silence.
"""
