"""KR: Keras. Asked only where a loader of Keras takes part."""
