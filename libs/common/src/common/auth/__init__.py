"""Who is calling: tokens verified against a key set, roles and row scope; and this service's own tokens."""

from common.auth.principal import SYSTEM, UNRESTRICTED, Actor, Principal, Role
from common.auth.row_scope import RowScope

__all__ = ["SYSTEM", "UNRESTRICTED", "Actor", "Principal", "Role", "RowScope"]
