"""How the ops and functions of a model hang together: types along edges, calls, entry points, reachability."""
