"""PO: what the project asks of its models beyond that they load."""
