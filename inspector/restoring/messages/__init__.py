"""The messages of failures that are recognised, one module a family; ``registry`` has them all."""
