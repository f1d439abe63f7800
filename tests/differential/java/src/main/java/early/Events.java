package early;

import com.amazonaws.services.lambda.runtime.events.*;
import com.amazonaws.services.s3.event.S3EventNotification;

/**
 * One handler for each class of H-JAVA-77 that the event library has had since its 2.x, some of whose events are made of the
 * AWS SDK's classes.
 */
public class Events {
  public APIGatewayProxyRequestEvent APIGatewayProxyRequestEvent(APIGatewayProxyRequestEvent event) {
    return event;
  }

  public APIGatewayProxyResponseEvent APIGatewayProxyResponseEvent(APIGatewayProxyResponseEvent event) {
    return event;
  }

  public CloudFrontEvent CloudFrontEvent(CloudFrontEvent event) {
    return event;
  }

  public CloudWatchLogsEvent CloudWatchLogsEvent(CloudWatchLogsEvent event) {
    return event;
  }

  public CodeCommitEvent CodeCommitEvent(CodeCommitEvent event) {
    return event;
  }

  public CognitoEvent CognitoEvent(CognitoEvent event) {
    return event;
  }

  public ConfigEvent ConfigEvent(ConfigEvent event) {
    return event;
  }

  public DynamodbEvent DynamodbEvent(DynamodbEvent event) {
    return event;
  }

  public IoTButtonEvent IoTButtonEvent(IoTButtonEvent event) {
    return event;
  }

  public KinesisEvent KinesisEvent(KinesisEvent event) {
    return event;
  }

  public KinesisFirehoseEvent KinesisFirehoseEvent(KinesisFirehoseEvent event) {
    return event;
  }

  public LexEvent LexEvent(LexEvent event) {
    return event;
  }

  public ScheduledEvent ScheduledEvent(ScheduledEvent event) {
    return event;
  }

  public S3Event S3Event(S3Event event) {
    return event;
  }

  public S3EventNotification S3EventNotification(S3EventNotification event) {
    return event;
  }

  public SNSEvent SNSEvent(SNSEvent event) {
    return event;
  }

  public SQSEvent SQSEvent(SQSEvent event) {
    return event;
  }
}
