"""Bytes: the protobuf schema, the SSTable of a checkpoint index, checksums and compression. Nobody else decodes."""
