"""Who is calling: tokens verified against a key set, roles and row scope; and this service's own tokens."""

from common.auth.dependencies import Caller, authenticated, require
from common.auth.owners import EVERYTHING, Owners, RowScope, ScopeShape
from common.auth.principal import SYSTEM, UNRESTRICTED, Actor, Principal, Role, ScopeMissing
from common.auth.service_tokens import RenewedToken, ServiceTokens
from common.auth.verifier import TokenVerifier

__all__ = [
    "EVERYTHING",
    "SYSTEM",
    "UNRESTRICTED",
    "Actor",
    "Caller",
    "Owners",
    "Principal",
    "RenewedToken",
    "Role",
    "RowScope",
    "ScopeMissing",
    "ScopeShape",
    "ServiceTokens",
    "TokenVerifier",
    "authenticated",
    "require",
]
