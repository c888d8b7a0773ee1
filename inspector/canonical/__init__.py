"""The canonical form of a model: equal for two exports of one program, whatever the counters, orders and bytes.

Nothing generated takes part: names of functions and nodes, order in the files, derived attrs (``_output_shapes``), attrs
that say what their default says. What is left is tokens, which a ``Ledger`` gives out: equal content, equal token.
"""
