"""A document to its Markdown page and back."""
