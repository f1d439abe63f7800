
"
€€application/octet-stream