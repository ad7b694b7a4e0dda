"""Which sheets of a book hold rows that can be taken, and what is said of the others."""

from __future__ import annotations

from collections.abc import Mapping

from dcrc.errors import InputError
from dcrc.imports.headers import Recognised, recognise
from dcrc.imports.profiles import Profile
from dcrc.imports.reading import Book, Sheet
from dcrc.imports.report import ImportReport, Note, Place


def recognised_sheets(
    number: int, book: Book, profiles: Mapping[str, Profile], report: ImportReport
) -> list[tuple[Place, Sheet, Recognised]]:
    """The sheets of a book that hold rows; what is passed over is noted, and a book with none refused.

    A book that is refused leaves no notes: its error says what is wrong.
    """
    found = []
    notes: list[Note] = []
    empty = True
    for sheet in book.sheets:
        place = Place(number, book.path.name, sheet.name, len(book.sheets) > 1)
        if sheet.hidden:
            notes.append(
                Note(
                    "{file}: the hidden sheet {sheet} was passed over.",
                    file=place.file,
                    sheet=sheet.name,
                )
            )
            continue
        if not any(any(cell not in ("", None) for cell in row) for row in sheet.rows):
            notes.append(
                Note("{file}: the sheet {sheet} is empty.", file=place.file, sheet=sheet.name)
            )
            continue
        empty = False
        meaning = recognise(sheet.rows, profiles)
        if meaning is None:
            notes.append(
                Note(
                    "{file}: nothing in the sheet {sheet} looks like known headers.",
                    file=place.file,
                    sheet=sheet.name,
                )
            )
        elif meaning.missing:
            raise _lacks(place, meaning)
        else:
            if meaning.almost is not None:
                notes.append(_almost(place, meaning, meaning.almost))
            found.append((place, sheet, meaning))
    if empty:
        raise InputError("{file} has no rows: every sheet is empty.", file=book.path.name)
    if not found:
        raise InputError(
            "{file} is no list known here ({profiles}): no row of it has headers that say so. "
            "Name the profile, or add its headers to a mapping file.",
            file=book.path.name,
            profiles=", ".join(str(profile.title) for profile in profiles.values()),
        )
    if not any(len(sheet.rows) > meaning.header_row for _, sheet, meaning in found):
        raise InputError("{file} has headers but no rows under them.", file=book.path.name)
    report.notes += notes
    return found


def _almost(place: Place, meaning: Recognised, almost: Recognised) -> Note:
    fields = almost.profile.fields
    return Note(
        "{file}, sheet {sheet}: taken as “{profile}”, so that no call follows from it. More of its "
        "headers are those of “{almost}”, which lacks {missing}: if it is one, add its header for that "
        "to a mapping file, take this import back and import again.",
        file=place.file,
        sheet=place.sheet,
        profile=str(meaning.profile.title),
        almost=str(almost.profile.title),
        missing=", ".join(str(fields[name].title) for name in almost.missing),
    )


def _lacks(place: Place, meaning: Recognised) -> InputError:
    fields = meaning.profile.fields
    return InputError(
        "{file}, sheet {sheet}: this looks like “{profile}”, but row {row} has no column for {missing}. "
        "Known headers are {headers}; others can be added to a mapping file.",
        file=place.file,
        sheet=place.sheet,
        profile=str(meaning.profile.title),
        row=meaning.header_row,
        missing=", ".join(str(fields[name].title) for name in meaning.missing),
        headers=", ".join(
            header for name in meaning.missing for header in fields[name].headers[:5]
        ),
        field=meaning.missing[0],
    )
