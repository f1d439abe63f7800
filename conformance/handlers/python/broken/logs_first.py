import logging

logging.warning("before it fails")
raise ValueError("after the log")
