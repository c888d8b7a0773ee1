"""FN: the function library."""
