"""What a post means: pure functions and values, with no web, no SQL and no environment."""
