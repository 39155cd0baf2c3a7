"""What chat-sessions.yaml needs of Python."""
