"""Paper (纸质问卷): answers on paper, keyed by two people who do not see each other's keying."""
