"""Who hears what: the subscriptions of one topology. Its deciding part, without I/O."""
