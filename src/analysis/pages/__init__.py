"""Pages: release (one round as pages see it), marks (what its numbers rest on); sections, sentences, charts, outlook,
track_record, published, quality and brief (what stands where); tables, figures, page and templates/ (how it looks).
"""
