"""SC: what a model can do to its host."""
