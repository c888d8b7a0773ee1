"""Restoring a model with its failures told: a load that explains, and the diagnosis of an error or a log.

The text of an error is read by ``reading`` with the recognisers of ``messages`` (one place a message: its wordings, what it
means, what cures it); ``diagnosis`` ties what was recognised to the findings of the model; ``exceptions`` are what
``loading`` raises.
"""
