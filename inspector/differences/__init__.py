"""The kinds of change between two models, one file a class; their codes begin with DF."""
