"""The package of python-actions.yaml."""
