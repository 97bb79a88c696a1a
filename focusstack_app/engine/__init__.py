"""The picture work: colour, tiling, blending, fusion, provenance. Knows no file, no Qt, no torch."""
