"""The Python beside two-siblings.yaml."""
