"""Preferences: what they are, what they may be, and the file that keeps them."""
