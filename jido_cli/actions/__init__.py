"""What comes with jido: the built-in plugins and sensors.

Agents can use them without any Python of their own. Nothing lives in this module. What is built in
imports `core` only, is written as users write theirs, and knows nothing of how it is run.
"""
