"""The built-in plugins: what agents can use without any Python of their own.

Nothing lives in this module. What is built in imports `core` only and touches nothing by itself.
"""
