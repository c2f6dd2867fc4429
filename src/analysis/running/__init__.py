"""Running: make report, make trace, make backtest.

pipeline     what doit is told; steps: the notebooks and what rests on what; outputs, delivered, progress, memory
notebooks    one notebook through papermill; engine, provisioner: how papermill is served
warm         the processes of a run; warm_server forks them, jobs is what they do; runs keeps runs apart
"""
