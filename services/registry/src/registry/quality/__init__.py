"""How good the roster of a school's cohort is (生源质量): what is filled, which rules are broken, and by whom."""
