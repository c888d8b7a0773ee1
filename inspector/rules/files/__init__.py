"""SM: the files and the folder."""
