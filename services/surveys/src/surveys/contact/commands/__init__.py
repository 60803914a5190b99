"""Acts of contact: noting who is sent what before it leaves, and people who ask to be left alone."""
