"""口径: the definitions of the rates, as documents."""
