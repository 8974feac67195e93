"""Text to vectors: one protocol, three engines."""
