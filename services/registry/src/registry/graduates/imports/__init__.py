"""Import of a roster (生源信息) from the spreadsheets that schools have."""
