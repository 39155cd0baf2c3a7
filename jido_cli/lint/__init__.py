"""What is wrong with a topology although it can be loaded, and why: one rule, one file.

Rules look at the document and at the source of the Python that it names. Nothing of the user's is
imported, run or put on `sys.path` here, ever: what is linted may be a stranger's.
"""
