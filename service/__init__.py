"""Breakwater where it runs: HTTP, pages, queue, batch, command line."""
