"""What both implementations work on: one cameras.yaml, one worker a camera, one log each.

Whoever changes something here does it so that the other sees it in its next
request, and so that two who act at once cannot undo each other.
"""
