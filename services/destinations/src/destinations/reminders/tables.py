"""Reminders, and on which days those that send themselves have been sent."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Integer, Table, Text, UniqueConstraint, Uuid

from common.database import instant_column, uuid_key
from destinations.reminders.domain import RemindedOf
from destinations.schema import metadata

reminders = Table(
    "reminders",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("what", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    # the day of Shanghai on which it was sent
    Column("reminded_on", Date, nullable=False),
    instant_column(),
    CheckConstraint(f"what IN ({', '.join(f'{each.value!r}' for each in RemindedOf)})", name="what_known"),
    # of two who remind of the same on one day, one does
    UniqueConstraint("graduate_id", "what", "reminded_on"),
    info={"insert_only": True},
)
Index("ix_reminders_school_code_id", reminders.c.school_code, reminders.c.id)

rounds = Table(
    "reminder_rounds",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("cohort", Integer, primary_key=True, autoincrement=False),
    # a day on which all that was due by itself has been sent
    Column("day", Date, primary_key=True),
    instant_column(),
    info={"insert_only": True},
)
