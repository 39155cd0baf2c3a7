"""What the user wrote: from the text of a topology file to a frozen `Topology`.

Every value keeps its place in the file; every mistake becomes a `Diagnostic`. Nothing here
imports, runs or puts on `sys.path` anything of the user's, and nothing here acts.
"""
