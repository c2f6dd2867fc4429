"""Running: pipeline (make report), notebooks (one notebook through papermill), trace (make trace)."""
