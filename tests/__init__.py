"""The tests of the inspector."""
