"""How events move: commands in, the relay out to the topic, the inbox back in, timers that come due."""
