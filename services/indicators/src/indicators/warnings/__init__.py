"""Major warning (专业预警): majors that stand lowest three cohorts in a row, suggested for a review by people."""
