"""OB: the object graph."""
