"""The expression language: CEL, checked by its project's library, run as generated Python.

Nothing outside of this folder but `core/expressions.py` and `core/declarative` may use it.
"""
