"""A policy knowledge base: regulations in, cited rule passages out."""
