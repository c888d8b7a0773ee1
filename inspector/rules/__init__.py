"""What can be wrong with a model: one rule a file, in rooms by family. A rule knows no loader and no other rule."""
