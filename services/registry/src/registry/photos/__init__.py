"""The photo of each graduate: checked, kept as a file, and reviewed where a check leaves a doubt."""
