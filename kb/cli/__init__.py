"""The command line: thin, prints what the knowledge base returns."""
