"""Who hears what: subscriptions and groups."""
