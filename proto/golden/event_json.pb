
)
'{"first_name": "Ada", "last_name": "L"}