"""Static shape inference: what TensorFlow infers, and refuses, when a loader imports a graph."""
