"""VR: versions of graph, checkpoint and TensorFlow."""
