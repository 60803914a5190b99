"""Files that are kept beside the database: ciphertext under random names, in a folder or an S3-compatible store.

A route stores first, and its act names what is stored:

name = await objects.put(content, "image/jpeg")
await database.act(caller.actor, partial(commands.put_photo, photo=name))

The command calls `keep(unit, name)` and writes the name into its own row, `drop(unit, before)` where it takes one out.
"""

from common.objects.objects import Objects, Stored
from common.objects.storage import ObjectName, drop, keep
from common.objects.table import objects_table

__all__ = ["ObjectName", "Objects", "Stored", "drop", "keep", "objects_table"]
