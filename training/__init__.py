"""How a classifier is made: reads files, writes releases, and never sees the service."""
