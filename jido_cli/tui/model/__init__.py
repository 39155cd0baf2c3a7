"""What the dashboard holds: the tree, the log, the selected node, filters, forms. Pure.

Facts come in as the plain data of the control API. Nothing here draws, waits or knows a thread.
"""
