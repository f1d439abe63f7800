import os
import time

import hello_python

open(os.path.join(hello_python.meeting_place, "other"), "w").close()
while len(os.listdir(hello_python.meeting_place)) < 2:
    time.sleep(0.001)
NAME = "other at once"
