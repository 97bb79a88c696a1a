"""Files in and out: probing, reading, metadata and atomic writing."""
