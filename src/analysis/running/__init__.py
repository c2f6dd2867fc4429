"""Running: pipeline (make report), notebooks (one notebook through papermill), dependencies (what rests on what),
command (NAME=VALUE arguments of every make target).
"""
