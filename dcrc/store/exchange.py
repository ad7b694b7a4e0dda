"""To and from the JSON file of plain TinyDB."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from dcrc.private_files import make_private, share_like
from dcrc.store.blocks import Block
from dcrc.store.codec import Encoded, Many, decode, encode
from dcrc.store.errors import AlreadyExists, NoSuchFile, NotADatabase
from dcrc.store.keys import id_key
from dcrc.store.operations import Work
from dcrc.store.sqlite import sync_file, sync_folder
from dcrc.store.storage import SqliteStorage
from dcrc.system_faults import why

_CHUNK = 500


def export_json(storage: SqliteStorage, target: Path, *, overwrite: bool = False) -> int:
    """Write all tables as TinyDB's JSON file, and return how many documents; never loads them all."""
    if target.exists() and not overwrite:
        raise AlreadyExists("{path} is there already; choose another name", path=str(target))
    draft = target.with_name(f".{target.name}.{os.urandom(4).hex()}")
    try:
        make_private(draft)
        with draft.open("w", encoding="utf-8") as out, storage.snapshot():
            count = _write(storage, out)
        sync_file(draft)
        share_like(draft, target)
        draft.replace(target)
        sync_folder(target.parent)
    except FileNotFoundError:
        raise NoSuchFile("{path}: there is no such folder", path=str(target)) from None
    finally:
        draft.unlink(missing_ok=True)
    return count


def _write(storage: SqliteStorage, out: IO[str]) -> int:
    count = 0
    out.write("{")
    for n, name in enumerate(storage.names()):
        out.write(f"{', ' if n else ''}{json.dumps(name)}: {{")
        for m, (_, key, text) in enumerate(storage.rows(name)):
            count += 1
            # ASCII only, because plain TinyDB opens the file in the system's encoding
            document = json.dumps(decode(text))
            out.write(f"{', ' if m else ''}{json.dumps(str(key))}: {document}")
        out.write("}")
    out.write("}")
    return count


def import_json(storage: SqliteStorage, source: str | os.PathLike[str]) -> int:
    """Take in a TinyDB JSON file as one operation, and return how many documents it has.

    A document whose id is there already is replaced; only what differs is written.
    """
    path = Path(source)
    data = _load(path)
    count = 0
    with storage.transaction("import_json") as work:
        for name, documents in data.items():
            layout = storage.ensure_table(work, name)
            storage.show(work, layout)
            pairs = ((id_key(doc_id), encode(document)) for doc_id, document in documents.items())
            while chunk := dict(islice(pairs, _CHUNK)):
                count += len(chunk)
                _put(storage, work, name, chunk)
    return count


def _put(storage: SqliteStorage, work: Work, name: str, chunk: dict[int | str, Encoded]) -> None:
    layout = storage.link().layouts[name]
    marks = ", ".join("?" * len(chunk))
    for seq, key, text in work.connection.execute(
        f"SELECT seq, id, body FROM {layout.table} WHERE id IN ({marks})", list(chunk)
    ).fetchall():
        work.replace(layout, seq, key, text, storage.decoded(name, key, text), chunk.pop(key))
    work.insert_many(layout, list(chunk), Block.of(layout, Many.of(chunk.values())))


def _load(path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8") as stream:
            text = stream.read()
        data = json.loads(text) if text else {}
    except OSError as error:
        raise NoSuchFile(
            "{path} cannot be read: {detail}", path=str(path), detail=why(error)
        ) from error
    except ValueError as error:
        raise NotADatabase("{path} is not a TinyDB JSON file", path=str(path)) from error
    if not isinstance(data, dict) or not all(_is_table(table) for table in data.values()):
        raise NotADatabase("{path} is not a TinyDB JSON file", path=str(path))
    return data


def _is_table(table: Any) -> bool:
    return isinstance(table, dict) and all(isinstance(one, dict) for one in _values(table))


def _values(table: dict[str, Any]) -> Iterator[Any]:
    return iter(table.values())
