
2

{"message": "Hello Ada L"}application/json