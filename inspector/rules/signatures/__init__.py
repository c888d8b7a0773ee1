"""SG: signatures and tags."""
