Ì
KeyError'first_name'"O  File "/task/hello_python.py", line 4, in my_handler
    event['first_name'],
(:_
]{"errorMessage": "'first_name'", "errorType": "KeyError", "requestId": "r", "stackTrace": []}