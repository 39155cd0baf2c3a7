"""What checkpoint-recovery.yaml needs of Python."""
