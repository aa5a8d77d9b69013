"""From an opened file to accepted rows and rows for quarantine. Writes one Parquet file, touches no database.

Large text files go to the engine as they are (the fast lane); whatever has blank lines, odd quotes, another encoding
or a ragged shape is read record by record first. From then on both are the same grid and the same rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tidar.common.formats import number_text
from tidar.hub.actions.planning import Plans, Source, coordinate_pair, plan_columns
from tidar.hub.queries.storage import close_cell
from tidar.hub.rules.book import BLANKS, NUMBER, Book, UnableToReadFile, cell_name, shown
from tidar.hub.rules.changes import differences, shrunk, unit_change
from tidar.hub.rules.checked import LISTED_REJECTIONS, CheckContext, CheckResult, Rejection
from tidar.hub.rules.closing import has_long_number, told_by
from tidar.hub.rules.contract import Column, Contract
from tidar.hub.rules.numbers import likely_number
from tidar.hub.rules.opening import open_book
from tidar.hub.rules.rows import SUSPECT, skipped_rows
from tidar.hub.rules.sentences import MASK, ROW_FAULTS, fault_sentence, offer_sentence, row_sentence
from tidar.hub.rules.sheets import fill_merged
from tidar.hub.rules.survey import table_of
from tidar.hub.rules.surveying import Skipped, Survey
from tidar.hub.rules.texts import read_facts, records, transcode
from tidar.hub.rules.totals import MAX_ROWS, TOTAL_REASON, Summed, total_notes
from tidar.lake import api as lake

_WORTH_REWRITING = 50_000  # lines from which a text in another encoding is rewritten for the fast lane


@dataclass(frozen=True, slots=True)
class Job:
    """One check: the contract, where its columns are, what they are checked against."""

    contract: Contract
    source: Source
    context: CheckContext
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    extra: int | None = None


def check_content(
    *, path: Path, file_name: str, contract: Contract, survey: Survey, mapping: dict[str, int], context: CheckContext
) -> CheckResult:
    """Check a whole file and write its good rows to `context.out`.

    Every row below the heading is accepted, rejected with a sentence that names the cell, or skipped with a reason.
    Raises `UnableToReadFile` when the file cannot be read as a whole or a required column is not mapped.
    """
    _require_mapped(contract, mapping)
    book = open_book(path, file_name=file_name)
    width = max([len(survey.columns), *(index + 1 for index in mapping.values())])
    with lake.Grid(context.out.parent) as grid:
        folder = None if contract.encrypted_columns else context.out.parent
        notes = _load(grid, book, survey, folder, width=width)
        headings = [survey.heading(index) for index in range(width)]
        skipped = _set_aside(grid, survey, mapping, contract)
        job = Job(
            contract, Source(mapping, headings, date1904=book.date1904), context,
            skipped=tuple(skipped), notes=(*survey.notes, *notes), extra=width if grid.width > width else None,
        )  # fmt: skip
        return _judge(grid, job)


def check_rows(
    *, rows: list[dict[str, str]], contract: Contract, context: CheckContext, row_numbers: Sequence[int]
) -> CheckResult:
    """The same rules for rows given as text by contract column (corrected quarantine rows).

    `context.styles` must be those of the delivery they came from, so that a number is read as its neighbours were.
    """
    names = [column.name for column in contract.columns]
    mapping = {name: place for place, name in enumerate(names)}
    context = replace(context, previous_profile=None)  # a few rows tell nothing about how the table changed
    with lake.Grid(context.out.parent) as grid:
        grid.load_rows(
            ((number, [row.get(name, "") for name in names]) for number, row in zip(row_numbers, rows, strict=True)),
            width=len(names),
        )
        grid.begin(first=0)
        return _judge(grid, Job(contract, Source(mapping, [""] * len(names)), context))


def _require_mapped(contract: Contract, mapping: dict[str, int]) -> None:
    missing = [column.title for column in contract.columns if column.required and column.name not in mapping]
    if missing:
        raise UnableToReadFile("Kolom wajib belum dipetakan: " + ", ".join(missing) + ".")


def _load(grid: lake.Grid, book: Book, survey: Survey, folder: Path | None, *, width: int) -> list[str]:
    """Fill the grid by the fast lane when the file allows it, else patiently; answer what was assumed, in words.

    Without a `folder` nothing readable may be written down on the way.
    """
    if book.sheets:
        sheet = next((sheet for sheet in book.sheets if sheet.name == survey.sheet), book.sheets[0])
        filled, notes = fill_merged(sheet, first=survey.first_data_row)
        grid.load_rows(((number, row[:width]) for number, row in enumerate(filled, start=1)), width=width)
        return notes
    if not _load_fast(grid, book, folder, width=width):
        grid.load_rows(_records(book, width), width=width + 1)
    return []


def _load_fast(grid: lake.Grid, book: Book, folder: Path | None, *, width: int) -> bool:
    """Whether a strict reader could take the file as it is."""
    if width < 2 or not (book.plain or book.line_count >= _WORTH_REWRITING):
        return False
    path, is_plain, blanks = book.path, book.plain, book.blanks
    if book.encoding != "utf-8":
        if folder is None:
            return False
        path = folder / f"{book.path.name[:80]}.utf8"
        transcode(book, path)
        is_plain, blanks = (facts := read_facts(path)).plain, facts.blanks
    try:
        if is_plain:
            grid.load_text(path, delimiter=book.delimiter, width=width, blanks=blanks)
        return is_plain
    except lake.GridBroken:
        return False
    finally:
        if path != book.path:
            path.unlink()


def _records(book: Book, width: int) -> Iterator[tuple[int, list[str]]]:
    """Records as rows of `width` cells and one more: what stands beyond the last heading."""
    for number, _, row in records(book):
        beyond = " | ".join(cell for cell in row[width:] if cell.strip(BLANKS))
        yield number, [*row[:width], *[""] * (width - len(row)), beyond]


def _set_aside(grid: lake.Grid, survey: Survey, mapping: dict[str, int], contract: Contract) -> list[Skipped]:
    headings = [column.heading for column in survey.columns]
    table = table_of(headings, mapping, contract)
    first = survey.first_data_row
    suspects = grid.suspects(first=first, pattern=SUSPECT, headings=headings)
    skipped = skipped_rows(suspects, table, last=grid.last_row())
    grid.begin(first=first, skip=[item.row for item in skipped])
    return skipped


def _judge(grid: lake.Grid, job: Job) -> CheckResult:
    plans = plan_columns(grid, job.contract, job.source, job.context)
    grid.check(plans.columns, extra=job.extra)
    _check_points(grid, job, plans)
    twins = _check_twins(grid, job, plans)
    count, faulty = grid.rejected(plans.columns, limit=LISTED_REJECTIONS)
    profile = _profile(grid, job, plans)
    before = job.context.previous_profile
    told, closing = told_by(job.contract), job.contract.encrypted_columns
    grid.write(
        plans.columns, out=job.context.out, delivery_id=job.context.delivery_id, closing=closing, close=close_cell
    )
    return CheckResult(
        accepted_count=grid.accepted_count(), rejected_count=count,
        rejected=[_rejection(row, faults, texts, job, plans, twins) for row, faults, texts in faulty],
        skipped=[Skipped(item.row, told(item.reason)) for item in job.skipped],
        notes=[told(note) for note in (*job.notes, *plans.notes, *_total_notes(grid, job, plans))],
        differences=[told(line) for line in differences(before, profile, job.contract)] if before else [],
        profile=profile, held=told(_held(plans, profile, job)), parquet=job.context.out,
    )  # fmt: skip


def _total_notes(grid: lake.Grid, job: Job, plans: Plans) -> list[str]:
    """Where a total row of the file is not the sum of its rows, in words."""
    totals = {item.row: item.reason for item in job.skipped if item.reason.startswith(TOTAL_REASON)}
    if not totals or grid.row_count() > MAX_ROWS:
        return []
    summed = [
        Summed(column, source, plans.styles.get(column.name, ""))
        for column in job.contract.columns
        if column.type in ("integer", "number") and column.unit != "%" and not column.personal
        if (source := plans.of(column.name).source) is not None
    ]
    return total_notes(grid.data_rows() | grid.rows(list(totals)), totals, summed)


def _check_points(grid: lake.Grid, job: Job, plans: Plans) -> None:
    """Points outside the region wait; those that lie inside when exchanged are told so."""
    pair = coordinate_pair(job.contract)
    if pair and plans.of(pair[0]).source is not None and plans.of(pair[1]).source is not None:
        grid.fault_points(pair[0], pair[1], job.context.bounds)


def _check_twins(grid: lake.Grid, job: Job, plans: Plans) -> dict[int, int]:
    """Rows that share a key: of identical ones the first stays, of different ones none. Answers row → first row."""
    faults, firsts = [], {}
    for row, first, identical in grid.twins(plans.columns, job.contract.key):
        if not identical:
            faults.append((row, "=kunci-ganda"))
        elif row != first:
            faults.append((row, "=kembar-identik"))
        firsts[row] = first
    grid.set_faults(faults)
    return firsts


def _rejection(
    row: int, faults: str, texts: dict[str, str], job: Job, plans: Plans, twins: dict[int, int]
) -> Rejection:
    pairs = [tuple(fault.split("=", 1)) for fault in faults.split()]
    original = {name: _shown_in(text, plans.styles.get(name, "")) for name, text in texts.items()}
    sentences, suggestion = [], {}
    for name, fault in pairs:
        if fault in ROW_FAULTS:
            sentences.append(row_sentence(fault, row, first=twins.get(row, 0)))
            continue
        column = job.contract.column(name)
        sentences.append(fault_sentence(fault, column, original.get(name, ""), cell=_cell(name, row, plans)))
        offers = _offers(fault, column, texts, plans, job)
        if offers and not column.personal:
            sentences.append(offer_sentence(offers))
            suggestion[name] = next(iter(offers))
    name, fault = pairs[0]
    told = told_by(job.contract)
    if job.contract.encrypted_columns:
        suggestion = {k: v for k, v in suggestion.items() if not has_long_number(v)}
    return Rejection(
        row_number=row, cell=_cell(name, row, plans) if name else "", column=name,
        value=_kept_value(job.contract, name, original.get(name, ""))[:500],
        code=fault, sentence=told(" ".join(sentences)), original=original, suggestion=suggestion,
    )  # fmt: skip


def _kept_value(contract: Contract, name: str, text: str) -> str:
    return (MASK if text else "") if name in contract.encrypted_columns else told_by(contract)(text)


def _shown_in(text: str, style: str) -> str:
    """The cell as text in the column's own style, so that reading it again gives the same number."""
    said = shown(text)
    return said.replace(",", ".") if text[:1] == NUMBER and style.startswith("en") else said


def _cell(name: str, row: int, plans: Plans) -> str:
    source = plans.of(name).source
    return cell_name(source, row) if source is not None else ""


def _offers(fault: str, column: Column, texts: dict[str, str], plans: Plans, job: Job) -> dict[str, str]:
    """Proposed texts, each with how to say it; the first is the suggestion."""
    text = texts.get(column.name, "")
    if column.name in plans.areas and text.strip(BLANKS) in plans.areas[column.name]:
        names = {area.code: f"{area.name} ({area.code})" for area in job.context.areas}
        return {code: names[code] for code in plans.areas[column.name][text.strip(BLANKS)].suggestions}
    if fault == "bukan-angka":
        likely = likely_number(text)
        return {likely: likely} if likely else {}
    if fault == "di-luar-wilayah" and column.type == "lat" and _inside_south(text, job.context.bounds):
        return {f"-{shown(text)}": f"-{shown(text)}"}
    if fault == "tertukar":
        pair = coordinate_pair(job.contract)
        other = texts.get(pair[1] if column.name == pair[0] else pair[0], "") if pair else ""
        return {shown(other): shown(other)} if other else {}
    return {}


def _inside_south(text: str, bounds: tuple[float, float, float, float]) -> bool:
    """Whether a latitude only lost its minus sign."""
    try:
        return bounds[1] <= -float(text.lstrip(NUMBER).replace(",", ".")) <= bounds[3]
    except ValueError:
        return False


def _profile(grid: lake.Grid, job: Job, plans: Plans) -> dict[str, Any]:
    columns = grid.profile(plans.columns)
    for column in job.contract.columns:
        if column.type in ("area", "month"):
            columns[column.name]["values"] = grid.values_of(column.name)
    return {"rows": grid.accepted_count(), "columns": columns, "styles": plans.styles}


def _held(plans: Plans, profile: dict[str, Any], job: Job) -> str:
    sentences = list(plans.held)
    before = job.context.previous_profile or {}
    for column in job.contract.columns:
        old = (before.get("columns") or {}).get(column.name)
        if old:
            sentences.append(unit_change(old, profile["columns"][column.name], column))
    if before:
        sentences.append(shrunk(before, profile, job.contract))
    if not profile["rows"]:
        sentences.append("Tidak ada satu baris pun yang dapat dipakai dari berkas ini.")
    return " ".join(sentence for sentence in sentences if sentence)


def counted(result: CheckResult) -> str:
    """What became of the rows, in one sentence."""
    return (
        f"{number_text(result.accepted_count)} baris diterima, {number_text(result.rejected_count)} dikarantina, "
        f"{number_text(len(result.skipped))} dilewati."
    )
