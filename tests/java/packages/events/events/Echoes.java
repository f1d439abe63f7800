package events;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.amazonaws.services.lambda.runtime.events.CloudFormationCustomResourceEvent;
import com.amazonaws.services.lambda.runtime.events.CloudFrontEvent;
import com.amazonaws.services.lambda.runtime.events.CloudWatchLogsEvent;
import com.amazonaws.services.lambda.runtime.events.CodeCommitEvent;
import com.amazonaws.services.lambda.runtime.events.CognitoEvent;
import com.amazonaws.services.lambda.runtime.events.ConfigEvent;
import com.amazonaws.services.lambda.runtime.events.ConnectEvent;
import com.amazonaws.services.lambda.runtime.events.DynamodbEvent;
import com.amazonaws.services.lambda.runtime.events.DynamodbTimeWindowEvent;
import com.amazonaws.services.lambda.runtime.events.IoTButtonEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisFirehoseEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisTimeWindowEvent;
import com.amazonaws.services.lambda.runtime.events.LambdaDestinationEvent;
import com.amazonaws.services.lambda.runtime.events.LexEvent;
import com.amazonaws.services.lambda.runtime.events.S3Event;
import com.amazonaws.services.lambda.runtime.events.SNSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import com.amazonaws.services.lambda.runtime.events.SecretsManagerRotationEvent;
import com.amazonaws.services.lambda.runtime.events.models.s3.S3EventNotification;

/** Answers with the event, for each class that the runtime treats in its own way (H-JAVA-77). */
public class Echoes {
  public APIGatewayProxyRequestEvent apiRequest(APIGatewayProxyRequestEvent event) {
    return event;
  }

  public APIGatewayProxyResponseEvent apiResponse(APIGatewayProxyResponseEvent event) {
    return event;
  }

  public CloudFormationCustomResourceEvent cloudFormation(CloudFormationCustomResourceEvent event) {
    return event;
  }

  public CloudFrontEvent cloudFront(CloudFrontEvent event) {
    return event;
  }

  public CloudWatchLogsEvent logs(CloudWatchLogsEvent event) {
    return event;
  }

  public CodeCommitEvent codeCommit(CodeCommitEvent event) {
    return event;
  }

  public CognitoEvent cognito(CognitoEvent event) {
    return event;
  }

  public ConfigEvent config(ConfigEvent event) {
    return event;
  }

  public ConnectEvent connect(ConnectEvent event) {
    return event;
  }

  public DynamodbEvent dynamo(DynamodbEvent event) {
    return event;
  }

  public DynamodbTimeWindowEvent dynamoWindow(DynamodbTimeWindowEvent event) {
    return event;
  }

  public IoTButtonEvent button(IoTButtonEvent event) {
    return event;
  }

  public KinesisEvent kinesis(KinesisEvent event) {
    return event;
  }

  public KinesisTimeWindowEvent kinesisWindow(KinesisTimeWindowEvent event) {
    return event;
  }

  public KinesisFirehoseEvent firehose(KinesisFirehoseEvent event) {
    return event;
  }

  public LambdaDestinationEvent destination(LambdaDestinationEvent event) {
    return event;
  }

  public LexEvent lex(LexEvent event) {
    return event;
  }

  public ScheduledEvent scheduled(ScheduledEvent event) {
    return event;
  }

  public SecretsManagerRotationEvent rotation(SecretsManagerRotationEvent event) {
    return event;
  }

  public S3Event s3(S3Event event) {
    return event;
  }

  public S3EventNotification s3Notification(S3EventNotification event) {
    return event;
  }

  public com.amazonaws.services.s3.event.S3EventNotification s3OfTheSdk(
      com.amazonaws.services.s3.event.S3EventNotification event) {
    return event;
  }

  public SNSEvent sns(SNSEvent event) {
    return event;
  }

  public SQSEvent sqs(SQSEvent event) {
    return event;
  }
}
