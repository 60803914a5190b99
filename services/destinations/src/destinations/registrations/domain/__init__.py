"""Rules of a registration as pure functions over frozen values.

`content` is what a registration says, `fields` which of it a destination code needs and forbids, `lifecycle` who may
do what in which state, `deciding` what an act makes of a registration, `refusals` why one is not possible.
"""
