"""Which files at the end of a table are folded into one. Pure."""

from __future__ import annotations

from collections.abc import Sequence

MOST_FILES = 16  # a reader opens every file; beyond so many small ones they are folded
FACTOR = 4  # an older file joins when it is at most so many times larger than all that is folded with it


def tail_to_fold(row_counts: Sequence[int], *, most: int = MOST_FILES) -> int:
    """How many files at the end to fold, given the rows of each, oldest first; 0: none.

    Each row is folded again only when as many new rows have come, so it is rewritten a number of times that grows with
    the logarithm of the table, and the list stays about as short as `most` and that logarithm.
    """
    if len(row_counts) < most:
        return 0
    count, rows = 0, 0
    for size in reversed(row_counts):
        if count >= most // 2 and size > FACTOR * rows:
            break
        count, rows = count + 1, rows + size
    return count if count >= most else 0
