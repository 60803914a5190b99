"""Statuses of the service's own errors: it has none beyond those that all services share."""

from common.http.problems import ProblemTable

PROBLEMS: ProblemTable = {}
