"""Import of a school's colleges, majors and classes, and the template for it."""
