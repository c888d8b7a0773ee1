"""A SavedModel in memory, in TensorFlow's own terms. Knows the files; knows no TensorFlow release."""
