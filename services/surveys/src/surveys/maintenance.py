"""The service's own commands: keys that change."""

from argparse import ArgumentParser, Namespace
from functools import partial

from common.crypto import FieldCipher
from common.database import Database
from common.objects.rotation import rewrap_file_keys
from common.resealing import rows_under
from common.service_process import Command, rotate_keys
from surveys.answers.storage.rotation import reseal_contents, reseal_pages
from surveys.invitations.storage import reseal_tokens
from surveys.schema import metadata
from surveys.settings import Settings

_RESEALED = {
    "Keys of files are wrapped": rewrap_file_keys,
    "Links that nobody used are sealed": reseal_tokens,
    "Drafts are sealed": reseal_pages,
    "Submitted answers are sealed": reseal_contents,
}


async def run_rotate_keys(settings: Settings, database: Database, parsed: Namespace) -> int:
    """Wraps keys of files, and seals links and answers, by the ring's current key."""
    cipher = FieldCipher.load(settings.keyring_file)
    return await rotate_keys(database, cipher, parsed.retire, _RESEALED, partial(rows_under, metadata))


def _rotate_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--retire", metavar="ID", help="fail unless nothing needs this key of the ring any more")


COMMANDS = (Command("rotate-keys", "wrap and seal by the ring's current key", run_rotate_keys, _rotate_arguments),)
