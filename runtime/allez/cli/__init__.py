"""The commands of `allez`."""
