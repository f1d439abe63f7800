"""A handler whose threads go on talking after it has returned, and after its function has been closed."""

import logging
import sys
import threading


def talk():
    for _ in range(100):
        sys.stdout.write("a part, ")
        logging.warning("a record")
        print("a line")


def start(event, context):
    for _ in range(event):
        threading.Thread(target=talk, name="talker").start()


def join(event, context):
    for thread in threading.enumerate():
        if thread.name == "talker":
            thread.join()
