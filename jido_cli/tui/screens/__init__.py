"""The screens: what is on the terminal at one time, and which keys work on it."""
