"""The tree at work: places, supervisors' runners, starts, and what is told of an end.

What restarts with what is decided in `supervision`; here it is carried out.
"""
