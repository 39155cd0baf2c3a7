"""Who watches the loop: stalls, hung actions, and what outlives its incarnation."""
