"""The kernel: schemes as data, groupings, rounding, and tallies of counts. Imports no other part of the service."""
