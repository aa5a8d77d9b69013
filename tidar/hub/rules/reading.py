"""Reading a file: the interface. Each idea has its own module; callers import from here."""

from __future__ import annotations

from tidar.hub.rules.book import Book, UnableToReadFile, cell_name, letter, shown
from tidar.hub.rules.checked import AreaKey, CheckContext, CheckResult, Rejection
from tidar.hub.rules.opening import open_book
from tidar.hub.rules.survey import survey
from tidar.hub.rules.surveying import Memory, Skipped, SourceColumn, Survey, survey_data, survey_from

__all__ = [
    "AreaKey", "Book", "CheckContext", "CheckResult", "Memory", "Rejection", "Skipped", "SourceColumn", "Survey",
    "UnableToReadFile", "cell_name", "letter", "open_book", "shown", "survey", "survey_data", "survey_from",
]  # fmt: skip
