"""What is seen: records of facts in bounded rings, for readers that may be slow or absent.

This room writes nothing to a terminal or a socket and waits for nobody.
"""
