"""Agents at work: the mailbox, the server, and what it performs after each commit.

No restarts here: an agent that ends tells its supervisor's runner, which decides.
"""
