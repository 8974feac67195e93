"""A file as received to a source: bytes to text, one module per format."""
