"""GR: nodes and edges."""
