2

{"√º": [1.0E16, 1e+16, NaN]}application/json"Á
$7d3f4a52-9c1e-4f0a-8b6d-2e5c1a9f0b37˚–Í∂∑3h√©llo"7*:arn:aws:lambda:us-east-1:012345678912:function:h√©llo:live0Ä:/aws/lambda/h√©lloB.2026/01/01/[7]0123456789abcdef0123456789abcdefJ{"custom": {"k": "v"}}R<{"cognitoIdentityId": "id", "cognitoIdentityPoolId": "pool"}ZJRoot=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1btenant A*live0