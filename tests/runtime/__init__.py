"""The runtime on virtual time: whole engines made of Python definitions, driven step by step."""
