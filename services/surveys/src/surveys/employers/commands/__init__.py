"""Acts on the directory of employers: of people, and of the worker that learns what registrations say."""

from surveys.employers.commands.contacts import add_contact, read_contacts, readable, remove_contact
from surveys.employers.commands.directory import change, create, found_by, scope_of
from surveys.employers.commands.feeding import begin_reading, end_reading, keep, keep_cohorts

__all__ = [
    "add_contact",
    "begin_reading",
    "change",
    "create",
    "end_reading",
    "found_by",
    "keep",
    "keep_cohorts",
    "read_contacts",
    "readable",
    "remove_contact",
    "scope_of",
]
