"""Database, cameras.yaml, processes and files held against each other, and repaired.

`worker_facts` and `left_files` look; what is seen is judged, without I/O, in
`row_rules`, `entry_rules` and `worker_rules`; `checker` joins them, `repairer`
acts on what it found, and `undoing` takes that back.
"""
