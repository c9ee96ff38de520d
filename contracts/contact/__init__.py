"""What contact says: calls, contacts that are none, who calls, what handsets send, surges, queues and feeds, and harvests."""
