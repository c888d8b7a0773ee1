"""TB: the checkpoint (tensor bundle) and the variables."""
