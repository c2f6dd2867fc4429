"""From the district workbooks to the semester report: reading, meaning, models, pages."""
