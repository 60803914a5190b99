"""The one form of names and of numbers of persons: what is stored, and what is compared, follow from the same rules.

Whatever is given, its stored form compares equal to it, and bringing it to that form again changes nothing; both hold
for every code point. `characters` are the tables, `names` and `numbers` the forms.
"""

from common.identity.characters import is_letter_or_digit, is_newer_letter, one_width, steers_a_device, visible
from common.identity.names import comparable_name, comparable_names, plain_name
from common.identity.numbers import plain_number

__all__ = [
    "comparable_name",
    "comparable_names",
    "is_letter_or_digit",
    "is_newer_letter",
    "one_width",
    "plain_name",
    "plain_number",
    "steers_a_device",
    "visible",
]
