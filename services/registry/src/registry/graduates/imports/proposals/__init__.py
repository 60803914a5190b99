"""Which field each column of an odd file may fill: proposed, never applied."""
