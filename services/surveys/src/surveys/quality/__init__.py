"""Quality of answers (答卷质量): what to look at, and which answers count in no figure."""
