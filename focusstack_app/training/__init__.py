"""Data synthesis, training, export and evaluation; never imported by the application."""
