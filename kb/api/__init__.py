"""The HTTP service: a thin shell around the knowledge base. Needs the extra ``server``."""
