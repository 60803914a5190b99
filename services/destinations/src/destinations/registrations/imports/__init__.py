"""Import of registrations from the spreadsheets that the national system exports (就业方案导出)."""
