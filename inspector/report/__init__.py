"""One file a format. A reporter sees findings and verdicts, never the engine's inside."""
