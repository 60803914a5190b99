"""Schools (院校) with their colleges, majors and classes (院系，专业，班级)."""
