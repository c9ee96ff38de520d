"""Neutral texts: sent through the safety gate alone, waited for, answered or not."""
