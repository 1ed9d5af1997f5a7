# SPDX-License-Identifier: Apache-2.0
"""Arrow arrays down to their text leaves: read them, or rebuild them around edited leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from custody.formats.chunk import Chunk, Names, Part, PlaceError

if TYPE_CHECKING:
    import pyarrow as pa

    from custody.formats.chunk import Edit

    Encode = Callable[[str, pa.Array, pa.DataType], pa.Array]


def chunk(part: Part, names: Sequence[str], arrays: Sequence[pa.Array]) -> Chunk:
    """Return columns as the chunk being read."""
    columns: dict[str, pa.StringArray] = {}

    def note(leaf: str, cells: pa.StringArray) -> pa.StringArray:
        columns[leaf] = cells
        return cells

    leaves = Leaves(note)
    leaves.edited(names, arrays)
    return part.chunk(len(arrays[0]) if arrays else 0, columns, frozenset(leaves.unread))


def bare(schema: pa.Schema) -> pa.Schema:
    """Leave out what programs noted in a schema beside names and types: free text that nobody has looked through."""
    import pyarrow as pa

    return pa.schema([one.remove_metadata() for one in schema])


def anew(path: str, array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Encode as a dictionary of the values in use: an old one may hold values that no cell uses and nobody has seen."""
    return fitted(path, array.dictionary_encode(), kind)


def fitted(path: str, array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Cast to the type of the schema.

    Raises:
        PlaceError: it does not fit.
    """
    import pyarrow as pa

    try:
        return array.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        what = f"the edited cells do not fit the type {kind}"
        raise PlaceError(what, f"column {path}", "make the column plain text in the source") from None


@dataclass
class Leaves:
    """Passes every text leaf of some rows through `edit`, by the same names in every pass.

    Args:
        edit: given the name of a leaf and its cells.
        encode: makes a dictionary array of a type.
        clean: copy the cells alone: beneath a null or beside a slice an array may hold what no reader shows.
        unread: the leaves that have no text form, as a result.
    """

    edit: Edit
    encode: Encode = anew
    clean: bool = False
    unread: set[str] = field(default_factory=set)
    names: Names = field(default_factory=Names)

    def edited(self, names: Sequence[str], arrays: Sequence[pa.Array]) -> list[pa.Array]:
        """Return the columns with every leaf edited."""
        return [self._array(name, array) for name, array in zip(names, arrays, strict=True)]

    def _array(self, path: str, array: pa.Array) -> pa.Array:
        import pyarrow as pa
        from pyarrow import types

        kind = array.type
        if isinstance(kind, pa.BaseExtensionType):
            return pa.ExtensionArray.from_storage(kind, self._array(path, array.storage))
        if types.is_struct(kind):
            fields = [kind.field(i) for i in range(kind.num_fields)]
            # flatten: what lies beneath a null struct is no cell, and pyarrow writes zeros there
            below = zip(fields, array.flatten(), strict=True)
            children = [self._array(f"{path}.{one.name}", child) for one, child in below]
            return pa.StructArray.from_arrays(children, fields=fields, mask=array.is_null())
        if types.is_map(kind):
            keys, items = (self._values(f"{path}[].{of}", array, f"{of}s") for of in ("key", "item"))
            return pa.MapArray.from_arrays(_offsets(array), keys, items, type=kind, mask=array.is_null())
        if types.is_list(kind) or types.is_large_list(kind):
            values = self._values(f"{path}[]", array, "values")
            return type(array).from_arrays(_offsets(array), values, type=kind, mask=array.is_null())
        return self._of_fixed_size(path, array) if types.is_fixed_size_list(kind) else self._leaf(path, array)

    def _of_fixed_size(self, path: str, array: pa.Array) -> pa.Array:
        size = array.type.list_size
        if size < 1:  # there is no cell in it, and pyarrow would divide by it
            return array
        values = self._array(f"{path}[]", array.values.slice(array.offset * size, len(array) * size))
        return type(array).from_arrays(values, type=array.type, mask=array.is_null())

    def _values(self, path: str, array: pa.Array, of: str) -> pa.Array:
        """Edit the values of these lists, and not of those beside a slice."""
        first, last = (array.offsets[at].as_py() for at in (0, -1))
        return self._array(path, getattr(array, of).slice(first, last - first))

    def _leaf(self, path: str, array: pa.Array) -> pa.Array:
        import pyarrow as pa
        import pyarrow.compute as pc
        from pyarrow import types

        kind = array.type
        if types.is_dictionary(kind):
            return self.encode(path, self._leaf(path, array.dictionary_decode()), kind)
        array = _copied(array) if self.clean else array
        try:
            text = _as_text(array)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            self.unread.add(path)
            return array
        edited = self.edit(self.names.free(path), text)
        if edited is text or edited.equals(text):
            return array
        if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
            return fitted(path, edited, kind)
        # a null equals nothing, so a cell that was edited to null counts as changed
        same = pc.fill_null(pc.equal(edited, text), False)  # noqa: FBT003 - pyarrow takes it by position
        return pc.if_else(same, array, pa.nulls(len(array), kind))


def _copied(array: pa.Array) -> pa.Array:
    import pyarrow as pa
    from pyarrow import types

    if types.is_string_view(array.type) or types.is_binary_view(array.type):
        # to take views is to keep what they look at, and all beside it
        return array.cast(pa.large_binary()).cast(array.type)
    try:
        return array.take(pa.array(range(len(array)), pa.int64()))
    except pa.ArrowNotImplementedError:
        return array


def _offsets(array: pa.Array) -> pa.Array:
    """Return the offsets of lists from 0: those of a slice begin later."""
    import pyarrow.compute as pc

    return pc.subtract(array.offsets, array.offsets[0])


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
