"""Events for the classes of aws-lambda-java-events: what the services send, shortened."""

import json

_CONTEXT = {
    "accountId": "123456789012",
    "apiId": "api",
    "stage": "prod",
    "requestId": "r",
    "identity": {"sourceIp": "127.0.0.1", "userAgent": "agent", "accessKey": None},
    "resourcePath": "/{proxy+}",
    "httpMethod": "POST",
    "requestTimeEpoch": 1428582896000,
    "authorizer": {"principalId": "p", "claims": {"c": "v"}},
    "http": {"method": "GET", "path": "/p", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "a"},
    "elb": {"targetGroupArn": "arn:elb"},
}
_HTTP = {
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/p",
    "rawQueryString": "a=1",
    "cookies": ["c=1"],
    "resource": "/{proxy+}",
    "path": "/p",
    "httpMethod": "POST",
    "headers": {"Header1": "v1,v2"},
    "multiValueHeaders": {"Header1": ["v1", "v2"]},
    "queryStringParameters": {"a": "1"},
    "multiValueQueryStringParameters": {"a": ["1"]},
    "pathParameters": {"proxy": "p"},
    "stageVariables": {"s": "v"},
    "requestContext": _CONTEXT,
    "body": "eyJ0ZXN0IjoiYm9keSJ9",
    "isBase64Encoded": True,
    "statusCode": 201,
    "type": "REQUEST",
    "methodArn": "arn:method",
    "authorizationToken": "token",
}
_COGNITO = {
    "version": "1",
    "triggerSource": "PreSignUp_SignUp",
    "region": "eu-west-1",
    "userPoolId": "pool",
    "userName": "ada",
    "callerContext": {"awsSdkVersion": "1", "clientId": "c"},
    "request": {"userAttributes": {"email": "a@b"}, "validationData": {"k": "v"}, "session": [], "userNotFound": False},
    "response": {"autoConfirmUser": True},
    "identityPoolId": "pool",
    "identityId": "id",
    "datasetName": "set",
    "datasetRecords": {"k": {"oldValue": "o", "newValue": "n", "op": "replace"}},
}
_ATTRIBUTES = {
    "s": {"S": "text"},
    "n": {"N": "1.5"},
    "b": {"B": "AAEqQQ=="},
    "null": {"NULL": True},
    "bool": {"BOOL": False},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2"]},
    "bs": {"BS": ["AAEqQQ=="]},
    "m": {"M": {"k": {"L": [{"S": "x"}, {"N": "2"}]}}},
}
_WINDOW = {
    "window": {"start": "2020-12-09T07:04:00Z", "end": "2020-12-09T07:06:00Z"},
    "state": {"1": "a"},
    "shardId": "shard",
    "eventSourceARN": "arn:stream",
    "isFinalInvokeForWindow": False,
    "isWindowTerminatedEarly": True,
    "batchItemFailures": [{"itemIdentifier": "m1"}],
}
_DYNAMO = {
    "Records": [
        {
            "eventID": "1",
            "eventName": "MODIFY",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "eu-west-1",
            "eventSourceARN": "arn:table",
            "userIdentity": {"principalId": "p", "type": "Service"},
            "dynamodb": {
                "ApproximateCreationDateTime": 1428537600,
                "Keys": {"id": {"S": "k"}},
                "NewImage": _ATTRIBUTES,
                "OldImage": {},
                "SequenceNumber": "4421584500000000017450439091",
                "SizeBytes": 59,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
        }
    ],
    **_WINDOW,
}
_KINESIS = {
    "Records": [
        {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": "partition",
                "sequenceNumber": "49545115243490985018280067714973144582180062593244200961",
                "data": "SGVsbG8=",
                "approximateArrivalTimestamp": 1428537600.5,
                "encryptionType": "NONE",
            },
            "eventSource": "aws:kinesis",
            "eventID": "shard:1",
            "invokeIdentityArn": "arn:role",
            "eventVersion": "1.0",
            "eventName": "aws:kinesis:record",
            "eventSourceARN": "arn:stream",
            "awsRegion": "eu-west-1",
        }
    ],
    **_WINDOW,
}
_S3 = {
    "Records": [
        {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": "eu-west-1",
            "eventTime": "1970-01-01T00:00:00.123Z",
            "eventName": "ObjectCreated:Put",
            "userIdentity": {"principalId": "p"},
            "requestParameters": {"sourceIPAddress": "127.0.0.1"},
            "responseElements": {"x-amz-request-id": "r", "x-amz-id-2": "i"},
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "c",
                "bucket": {"name": "b", "ownerIdentity": {"principalId": "p"}, "arn": "arn:b"},
                "object": {"key": "a+b%21.txt", "size": 1024, "eTag": "e", "versionId": "v", "sequencer": "s"},
            },
        }
    ]
}
_SQS = {
    "Records": [
        {
            "messageId": "m",
            "receiptHandle": "h",
            "body": "Hello ä",
            "attributes": {"SentTimestamp": "1523232000000"},
            "messageAttributes": {"a": {"stringValue": "v", "dataType": "String", "binaryValue": "QUI="}},
            "md5OfBody": "md",
            "md5OfMessageAttributes": "ma",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:queue",
            "awsRegion": "eu-west-1",
        }
    ]
}
_SNS = {
    "Records": [
        {
            "EventVersion": "1.0",
            "EventSubscriptionArn": "arn:sub",
            "EventSource": "aws:sns",
            "Sns": {
                "SignatureVersion": "1",
                "Timestamp": "2019-01-02T12:45:07.000Z",
                "Signature": "s",
                "SigningCertUrl": "https://x/c.pem",
                "MessageId": "m",
                "Message": "Hello",
                "MessageAttributes": {"k": {"Type": "String", "Value": "v"}},
                "Type": "Notification",
                "UnsubscribeUrl": "https://x/u",
                "TopicArn": "arn:topic",
                "Subject": None,
            },
        }
    ]
}
_SCHEDULED = {
    "version": "0",
    "id": "i",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "2020-09-30T15:58:34Z",
    "region": "eu-west-1",
    "resources": ["arn:rule"],
    "detail": {"k": [1, {"x": None}]},
    "alarmArn": "arn:alarm",
    "accountId": "1",
    "alarmData": {"alarmName": "n", "state": {"value": "ALARM", "reason": "r", "timestamp": "t"}},
}
_FIREHOSE = {
    "invocationId": "i",
    "deliveryStreamArn": "arn:d",
    "sourceKinesisStreamArn": "arn:s",
    "sourceMSKArn": "arn:m",
    "applicationArn": "arn:a",
    "streamArn": "arn:k",
    "region": "eu-west-1",
    "records": [
        {
            "recordId": "1",
            "approximateArrivalTimestamp": 1428537600123,
            "data": "SGVsbG8=",
            "result": "Ok",
            "kafkaRecordValue": "SGVsbG8=",
            "kinesisRecordMetadata": {"shardId": "s", "partitionKey": "p", "sequenceNumber": "1"},
            "lambdaDeliveryRecordMetadata": {"retryHint": 2},
        }
    ],
}
_BATCH = {
    "invocationSchemaVersion": "1.0",
    "invocationId": "i",
    "job": {"id": "j", "userArguments": {"a": "b"}},
    "tasks": [{"taskId": "t", "s3Key": "k", "s3VersionId": "v", "s3BucketArn": "arn", "s3Bucket": "b"}],
    "treatMissingKeysAs": "PermanentFailure",
    "results": [{"taskId": "t", "resultCode": "Succeeded", "resultString": "done"}],
}
_POLICY = {
    "principalId": "p",
    "policyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": ["*"]}],
    },
    "context": {"k": "v", "n": 1},
    "usageIdentifierKey": "u",
    "isAuthorized": True,
    "resolverContext": {"k": "v"},
    "ttlOverride": 5,
}
_MQ = {
    "eventSource": "aws:amq",
    "eventSourceArn": "arn:broker",
    "messages": [{"messageID": "m", "data": "QUI=", "timestamp": 1598827811958, "destination": {"physicalName": "q"}}],
    "rmqMessagesByQueue": {
        "q::/": [{"basicProperties": {"contentType": "text/plain", "deliveryMode": 1}, "data": "QUI="}]
    },
    "bootstrapServers": "b:9092",
    "records": {"t-0": [{"topic": "t", "partition": 0, "offset": 15, "timestamp": 1, "key": "a", "value": "QUI="}]},
}
_S3_OBJECT = {
    "xAmzRequestId": "r",
    "getObjectContext": {"inputS3Url": "https://x", "outputRoute": "route", "outputToken": "token"},
    "configuration": {"accessPointArn": "a", "supportingAccessPointArn": "s", "payload": "p"},
    "userRequest": {"url": "https://x", "headers": {"Host": "h"}},
    "userIdentity": {
        "type": "AssumedRole",
        "principalId": "p",
        "sessionContext": {"attributes": {"mfaAuthenticated": "false"}},
    },
    "protocolVersion": "1.00",
}

#: By class; what is not here gets the events of _EVERY only.
_BY_CLASS = {
    "DynamodbEvent": _DYNAMO,
    "DynamodbTimeWindowEvent": _DYNAMO,
    "KinesisEvent": _KINESIS,
    "KinesisTimeWindowEvent": _KINESIS,
    "TimeWindowEventResponse": _WINDOW,
    "StreamsEventResponse": _WINDOW,
    "SQSBatchResponse": _WINDOW,
    "S3Event": _S3,
    "S3EventNotification": _S3,
    "s3Key": _S3,
    "S3ObjectLambdaEvent": _S3_OBJECT,
    "SQSEvent": _SQS,
    "own": _SQS,
    "sqsAsObject": _SQS,
    "sqsBody": _SQS,
    "listOfSqs": [_SQS],
    "SNSEvent": _SNS,
    "ScheduledEvent": _SCHEDULED,
    "CloudWatchCompositeAlarmEvent": _SCHEDULED,
    "CloudWatchMetricAlarmEvent": _SCHEDULED,
    "CloudWatchLogsEvent": {"awslogs": {"data": "H4sIAAAAAAAAAA=="}},
    "CodeCommitEvent": {
        "Records": [
            {
                "awsRegion": "r",
                "codecommit": {"references": [{"commit": "c", "created": True, "deleted": False, "ref": "main"}]},
                "customData": "d",
                "eventId": "e",
                "eventSourceARN": "arn:repo",
                "eventTime": "2016-01-01T23:59:59.000+0000",
                "userIdentityARN": "arn:user",
            }
        ]
    },
    "CloudFrontEvent": {
        "Records": [
            {
                "cf": {
                    "config": {"distributionId": "D"},
                    "request": {
                        "uri": "/",
                        "method": "GET",
                        "clientIp": "::1",
                        "headers": {"host": [{"key": "Host", "value": "h"}]},
                    },
                    "response": {"status": "200", "statusDescription": "OK", "httpVersion": "1.1", "headers": {}},
                }
            }
        ]
    },
    "CloudFormationCustomResourceEvent": {
        "RequestType": "Create",
        "ResponseURL": "https://x",
        "ServiceToken": "arn:f",
        "StackId": "arn:s",
        "RequestId": "r",
        "LogicalResourceId": "l",
        "PhysicalResourceId": "p",
        "ResourceType": "Custom::Test",
        "ResourceProperties": {"List": ["1"], "S": "v"},
        "OldResourceProperties": {},
    },
    "ConfigEvent": {
        "version": "1",
        "invokingEvent": "{}",
        "ruleParameters": "{}",
        "resultToken": "t",
        "eventLeftScope": False,
        "executionRoleArn": "arn:r",
        "configRuleArn": "arn:c",
        "configRuleName": "n",
        "configRuleId": "i",
        "accountId": "1",
    },
    "ConnectEvent": {
        "Details": {
            "ContactData": {
                "Attributes": {"k": "v"},
                "Channel": "VOICE",
                "ContactId": "c",
                "CustomerEndpoint": {"Address": "+1", "Type": "TELEPHONE_NUMBER"},
                "InstanceARN": "arn:i",
                "Queue": {"ARN": "arn:q", "Name": "q"},
                "SystemEndpoint": {"Address": "+2", "Type": "TELEPHONE_NUMBER"},
            },
            "Parameters": {"p": "v"},
        },
        "Name": "ContactFlowEvent",
    },
    "IoTButtonEvent": {"serialNumber": "ABC", "clickType": "SINGLE", "batteryVoltage": "2000mV"},
    "LambdaDestinationEvent": {
        "version": "1.0",
        "timestamp": "2019-11-24T21:52:47.333Z",
        "requestContext": {
            "requestId": "r",
            "functionArn": "arn:f",
            "condition": "Success",
            "approximateInvokeCount": 1,
        },
        "requestPayload": {"k": "v"},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"x": 1},
    },
    "LexEvent": {
        "messageVersion": "1.0",
        "invocationSource": "DialogCodeHook",
        "userId": "John",
        "sessionAttributes": {"k": "v"},
        "bot": {"name": "b", "alias": "a", "version": "1"},
        "outputDialogMode": "Text",
        "currentIntent": {"name": "i", "slots": {"s": "v"}, "slotDetails": {}, "confirmationStatus": "None"},
    },
    "SecretsManagerRotationEvent": {
        "Step": "createSecret",
        "SecretId": "arn:s",
        "ClientRequestToken": "t",
        "RotationToken": "r",
    },
    "S3BatchEvent": _BATCH,
    "S3BatchEventV2": _BATCH,
    "S3BatchResponse": _BATCH,
    "IamPolicyResponse": _POLICY,
    "IamPolicyResponseV1": _POLICY,
    "SimpleIAMPolicyResponse": _POLICY,
    "AppSyncLambdaAuthorizerResponse": _POLICY,
    "ActiveMQEvent": _MQ,
    "RabbitMQEvent": _MQ,
    "KafkaEvent": _MQ,
    "AppSyncLambdaAuthorizerEvent": {"authorizationToken": "t", "requestContext": {"apiId": "a", "queryString": "q"}},
}


def _kind_of(name):
    if name.startswith("Cognito"):
        return _COGNITO
    if name.startswith(("Kinesis", "MSK")):
        return _FIREHOSE
    return _HTTP


def of(name):
    """Events for the handler of one class: what its service sends, and what only looks like JSON."""
    event = _BY_CLASS.get(name, _kind_of(name))
    return [json.dumps(event, ensure_ascii=False).encode(), b"{}", b"null", b'{"Records":[{}],"records":[]}', b"[1"]
