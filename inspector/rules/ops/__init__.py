"""OP: ops and their attrs against a release."""
