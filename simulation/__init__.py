"""Makes the stand-in workbooks of the 14 districts. Nothing in src/ or notebooks/ knows this package."""
