"""The README of a background credits every source in it."""

from training.credits import describe


def test_readme_names_sources_and_counts() -> None:
    """The README gives each source with its licence, and counts by language."""
    readme = describe(
        {("sw", "afrisenti"): 7, ("sw", "sib200"): 2, ("uz", "sib200"): 1_000},
        emptied=3,
        min_posts=3,
    )
    assert "CC BY 4.0 | 7 |" in readme
    assert "| sw | 7 | 2 | 0 |" in readme
    assert "| uz | 0 | 1,000 | 0 |" in readme
    assert "mlma" not in readme
