"""The language the services share: events, their names and versions, and the topics that carry them."""
