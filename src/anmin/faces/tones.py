"""The shape of each tone: what a state looks like."""

# Every tone has a shape of its own, so that no state is told by colour alone.
# The first six are the stages of a matter.
TONES = {
    "open": "circle",
    "working": "progress",
    "waiting": "hourglass",
    "done": "circle-check",
    "declined": "ban",
    "withdrawn": "arrow-back-up",
    "on_time": "clock",
    "at_risk": "clock-exclamation",
    "late": "alert-triangle",
    "info": "info-circle",
    "yellow": "alert-circle",
    "provisional": "calendar-question",
    "sealed": "lock",
    "plain": "point",
}
