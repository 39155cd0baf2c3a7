"""How facts are spelled for people: measures, signs, names, columns, escaping.

Pure formatting that the command line and the dashboard share. Nothing here knows a terminal, a
screen or an engine; facts come in as the plain data of the control API.
"""
