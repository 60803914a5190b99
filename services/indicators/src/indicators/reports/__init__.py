"""Reports on the graduates of a school, college, major or group, as PDF and as a workbook."""
