"""Focus stacking with a learned fusion: many partly sharp frames in, one sharp picture out."""

__version__ = "0.1.0"
