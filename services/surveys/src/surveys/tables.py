"""All tables of the service, for migrations and for the rights of the application role."""

from surveys.invitations import tables as _invitations
from surveys.questionnaires import tables as _questionnaires
from surveys.responses import tables as _responses
from surveys.roster import tables as _roster
from surveys.schema import metadata
from surveys.waves import tables as _waves

__all__ = ["metadata"]

AREAS = (_roster, _questionnaires, _waves, _invitations, _responses)
"""Importing an area's tables is what adds them to the metadata."""
