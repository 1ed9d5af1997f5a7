# SPDX-License-Identifier: Apache-2.0
"""Parquet, row group by row group, down to the text leaves of nested columns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custody.formats.chunk import Chunk, PlaceError, free_name

if TYPE_CHECKING:
    import pyarrow as pa

    from custody.formats.chunk import Edit


def read(path: Path, decryption: Any) -> Iterator[Chunk]:
    """Yield a chunk per row group."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, decryption_properties=decryption) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            columns: dict[str, pa.StringArray] = {}
            unread: set[str] = set()

            def note(leaf: str, cells: pa.StringArray, columns: dict[str, pa.StringArray] = columns) -> pa.StringArray:
                columns[free_name(leaf, columns)] = cells
                return cells

            for name, column in zip(table.column_names, table.columns, strict=True):
                _edit_array(name, _one_array(column), note, unread)
            yield Chunk(table.num_rows, columns, frozenset(unread))


def rewrite(source: Path, target: Path, edit: Edit) -> None:
    """Copy a file with every text leaf passed through `edit`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _bare(pq.read_schema(source))
    with pq.ParquetFile(source) as file, pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            numbered = _numbered(edit)
            arrays = [
                _edit_array(name, _one_array(column), numbered, set())
                for name, column in zip(table.column_names, table.columns, strict=True)
            ]
            try:
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            except pa.ArrowInvalid:
                what = "an edited cell is null where the schema demands a value"
                raise PlaceError(what, f"row group {group}", "make the column nullable in the source") from None


def _numbered(edit: Edit) -> Edit:
    """Give `edit` the leaf names that `read` gives: who decides by column in a first pass must find it again."""
    taken: set[str] = set()

    def numbered(leaf: str, cells: pa.StringArray) -> pa.StringArray:
        name = free_name(leaf, taken)
        taken.add(name)
        return edit(name, cells)

    return numbered


def _bare(schema: pa.Schema) -> pa.Schema:
    """Leave out what programs noted in a schema beside names and types: free text that nobody has looked through."""
    import pyarrow as pa

    return pa.schema([one.remove_metadata() for one in schema])


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks or [pa.nulls(0, column.type)])


def _edit_array(path: str, array: pa.Array, edit: Edit, unread: set[str]) -> pa.Array:
    """Pass every text leaf below an array through `edit` and rebuild the array around the results."""
    import pyarrow as pa
    from pyarrow import types

    if isinstance(array.type, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(array.type, _edit_array(path, array.storage, edit, unread))
    if types.is_struct(array.type):
        fields = [array.type.field(i) for i in range(array.type.num_fields)]
        children = [_edit_array(f"{path}.{f.name}", array.field(i), edit, unread) for i, f in enumerate(fields)]
        return pa.StructArray.from_arrays(children, fields=fields, mask=array.is_null())
    if types.is_list(array.type) or types.is_large_list(array.type):
        values = _edit_array(f"{path}[]", array.values, edit, unread)
        # offsets may not start at 0 (a slice) and must stay: they index into the same values
        return type(array).from_arrays(array.offsets, values, type=array.type, mask=array.is_null())
    return _edit_leaf(path, array, edit, unread)


def _edit_leaf(path: str, array: pa.Array, edit: Edit, unread: set[str]) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import types

    if types.is_dictionary(array.type):
        # encoded anew even without an edit: a dictionary may hold values that no cell uses and nobody has seen
        return _fitted(path, _edit_leaf(path, array.dictionary_decode(), edit, unread).dictionary_encode(), array.type)
    try:
        text = _as_text(array)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        unread.add(path)
        return array
    edited = edit(path, text)
    if edited is text or edited.equals(text):
        return array
    if types.is_string(array.type) or types.is_large_string(array.type) or types.is_string_view(array.type):
        return _fitted(path, edited, array.type)
    # a null equals nothing, so a cell that was edited to null counts as changed
    same = pc.fill_null(pc.equal(edited, text), False)  # noqa: FBT003 - pyarrow takes it by position
    return pc.if_else(same, array, pa.nulls(len(array), array.type))


def _as_text(array: pa.Array) -> pa.StringArray:
    """Cast to text. Whole numbers in a float column are written as such: 15551234567, not 1.5551234567e+10."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import types

    text = array.cast(pa.string())
    if not types.is_floating(array.type):
        return text
    wide = array.cast(pa.float64())
    whole = pc.and_(pc.equal(pc.trunc(wide), wide), pc.less(pc.abs(wide), 2.0**63))
    return pc.coalesce(pc.if_else(whole, wide, None).cast(pa.int64()).cast(pa.string()), text)


def _fitted(path: str, array: pa.Array, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    try:
        return array.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        what = f"the edited cells do not fit the type {kind}"
        raise PlaceError(what, f"column {path}", "make the column plain text in the source") from None
