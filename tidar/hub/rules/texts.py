"""Text files: which encoding, which delimiter, and their records one by one. Nothing is read whole into memory."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tidar.hub.rules.book import Book, UnableToReadFile

MAX_FIELD = 1_000_000
DELIMITERS = (",", ";", "\t", "|")
_CHUNK = 1 << 22
_CONTROL = bytes(set(range(32)) - {9, 10, 13})
_CLEAN = dict.fromkeys((*range(9), 11, 12, *range(14, 32)), " ")

csv.field_size_limit(MAX_FIELD)


@dataclass(slots=True)
class TextFacts:
    """What one pass over the bytes says."""

    encoding: str = "utf-8"
    plain: bool = True
    blanks: str = " \n\r"  # which signs may stand around a cell in this file
    line_count: int = 0


def read_facts(path: Path) -> TextFacts:
    """One pass over the file: encoding, line count, and whether a strict reader may take it as it is."""
    stat = path.stat()
    return _facts(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=16)
def _facts(path: Path, _size: int, _changed_ns: int) -> TextFacts:
    """Surveying and checking look at the same bytes; the pass over them is made once."""
    facts = TextFacts()
    with path.open("rb") as raw:
        sample = raw.read(1 << 16)
        wide = _wide_encoding(sample)
        raw.seek(0)
        if wide:
            facts.encoding, facts.plain = wide, False
            facts.line_count = sum(1 for _ in text_lines(path, wide))
            return facts
        is_utf8 = _scan(raw, facts)
    if sample.startswith(codecs.BOM_UTF8):
        facts.encoding, facts.plain = "utf-8-sig", False
    if not is_utf8:
        facts.encoding, facts.plain = _narrow_encoding(path), False
    return facts


def _wide_encoding(sample: bytes) -> str:
    """UTF-16 by its mark, or by every other byte being zero; a zero byte elsewhere is no text."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = sample.count(b"\0")
    if not zeros:
        return ""
    odd, even = sample[1::2].count(b"\0"), sample[::2].count(b"\0")
    if odd > 0.4 * len(sample) / 2 and even == 0:
        return "utf-16-le"
    if even > 0.4 * len(sample) / 2 and odd == 0:
        return "utf-16-be"
    raise UnableToReadFile("Berkas ini bukan teks: di dalamnya ada byte nol. Unggah CSV, XLSX, ODS atau GeoJSON.")


def _scan(raw: io.BufferedReader, facts: TextFacts) -> bool:
    """Fill in lines, blanks and plainness; answer whether all is UTF-8."""
    decoder, is_utf8, is_ascii, tail = codecs.getincrementaldecoder("utf-8")(), True, True, b"\n"
    while chunk := raw.read(_CHUNK):
        facts.line_count += chunk.count(b"\n")
        window = tail + chunk
        facts.plain = facts.plain and not _is_odd(window)
        facts.blanks += "\t" * (b"\t" in chunk and "\t" not in facts.blanks)
        tail = window[-2:]
        if is_ascii and chunk.isascii():
            continue
        is_ascii = False
        try:
            decoder.decode(chunk if is_utf8 else b"")
        except UnicodeDecodeError:
            is_utf8 = False
    facts.blanks += "" if is_ascii else "\xa0\ufeff"
    facts.line_count += tail[-1:] != b"\n"
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return is_utf8


def _is_odd(window: bytes) -> bool:
    """What a strict reader skips or reads its own way: blank lines, lone CRs, control bytes, quotes beside blanks."""
    if b"\n\n" in window or len(window.translate(None, _CONTROL)) != len(window):
        return True
    crlf = window.count(b"\r")
    if crlf and (b"\n\r\n" in window or crlf - window.endswith(b"\r") != window.count(b"\r\n")):
        return True
    return b'"' in window and (b'" ' in window or b' "' in window)


def _narrow_encoding(path: Path) -> str:
    """cp1252 when no line is UTF-8 beyond ASCII, else mixed: each line is read by what it is."""
    with path.open("rb") as raw:
        for line in raw:
            if not line.isascii():
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError:
                    continue
                return "mixed"
    return "cp1252"


def text_lines(path: Path, encoding: str) -> Iterator[str]:
    """The lines of the file as text, each by the encoding; control characters become blanks."""
    for line in _any_lines(path, encoding):
        if "\r" not in line or "\r" not in line.rstrip("\r\n"):
            yield line
        else:  # a lone CR ends a line, as on old Macs
            yield from (part + "\n" for part in line.rstrip("\r\n").split("\r"))


def _any_lines(path: Path, encoding: str) -> Iterator[str]:
    if encoding.startswith("utf-16"):
        try:
            with path.open(encoding=encoding, newline="") as text:
                for line in text:
                    yield _clean(line.removeprefix("\ufeff"))
        except UnicodeError as error:
            raise UnableToReadFile("Berkas ini tampak UTF-16 tetapi rusak. Simpan ulang sebagai CSV UTF-8.") from error
        return
    with path.open("rb") as raw:
        for number, coded in enumerate(raw):
            bare = coded.removeprefix(codecs.BOM_UTF8) if number == 0 else coded
            try:
                yield _clean(bare.decode("utf-8"))
            except UnicodeDecodeError:
                yield _clean(bare.decode("cp1252", "replace"))


def _clean(line: str) -> str:
    return line.translate(_CLEAN) if not line.isprintable() else line


def delimiter_of(sample: list[str]) -> str:
    """The delimiter whose records agree most on their width: the most records of one width above 1, then the wider."""
    first = sample[0].strip().lower() if sample else ""
    if first.startswith("sep=") and len(first) == 5 and first[4] in ",;|\t":
        return first[4]
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if len(row) > 1)
        except csv.Error:
            continue
        if widths:
            width, count = widths.most_common(1)[0]
            score = (float(count), width)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def records(book: Book) -> Iterator[tuple[int, int, list[str]]]:
    """(record number, its first line number, fields): blank lines count. Refuses a quote that never closes."""
    watched = _Watched(text_lines(book.path, book.encoding))
    reader = csv.reader(watched, delimiter=book.delimiter)
    line, is_open = 1, False
    try:
        for number, row in enumerate(reader, start=1):
            is_open = watched.quotes % 2 == 1 and reader.line_num > line
            watched.quotes = 0
            yield number, line, row
            last, line = line, reader.line_num + 1
    except csv.Error as error:
        raise UnableToReadFile(
            f"Baris {line} tidak dapat dibaca: sebuah sel lebih dari satu juta karakter, mungkin karena tanda kutip "
            "yang tidak ditutup."
        ) from error
    if is_open:
        raise UnableToReadFile(
            f'Tanda kutip (") yang dibuka di baris {last} tidak pernah ditutup, sehingga baris sesudahnya tertelan. '
            "Perbaiki baris itu lalu unggah lagi."
        )


class _Watched:
    """Counts the quotes of the record being read: an odd number at the end of the file means it never closed."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.quotes = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.quotes += line.count('"')
            yield line


def transcode(book: Book, target: Path) -> None:
    """Write the text as UTF-8 without mark, line by line, for a strict reader."""
    with target.open("w", encoding="utf-8", newline="") as out:
        out.writelines(text_lines(book.path, book.encoding))
