"""Tests of the bytes: codings, checksums, compression, tables."""
