"""What payment-retry.yaml needs of Python."""
