"""The picture work: tiling, blending, fusion, provenance. Knows no file, no Qt, no torch."""
