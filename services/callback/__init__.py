"""Callback: every abandoned 999 call is reviewed, and its caller rung back as far as that is safe."""
