"""Pages: release (one round as pages see it), marks (what its numbers rest on); sections, sentences (their
patterns, their figures, against the print), charts, outlook, track_record, published, quality, changes and brief (what
stands where); tables, figures, page and templates/ (how it looks).
"""
