package differential;

import com.amazonaws.services.lambda.runtime.events.*;
import com.amazonaws.services.lambda.runtime.events.models.s3.S3EventNotification;
import java.util.List;

/** One handler for each class of the event library: what was read is written. */
public class Events {
  public APIGatewayCustomAuthorizerEvent APIGatewayCustomAuthorizerEvent(APIGatewayCustomAuthorizerEvent event) {
    return event;
  }

  public APIGatewayProxyRequestEvent APIGatewayProxyRequestEvent(APIGatewayProxyRequestEvent event) {
    return event;
  }

  public APIGatewayProxyResponseEvent APIGatewayProxyResponseEvent(APIGatewayProxyResponseEvent event) {
    return event;
  }

  public APIGatewayV2CustomAuthorizerEvent APIGatewayV2CustomAuthorizerEvent(APIGatewayV2CustomAuthorizerEvent event) {
    return event;
  }

  public APIGatewayV2HTTPEvent APIGatewayV2HTTPEvent(APIGatewayV2HTTPEvent event) {
    return event;
  }

  public APIGatewayV2HTTPResponse APIGatewayV2HTTPResponse(APIGatewayV2HTTPResponse event) {
    return event;
  }

  public APIGatewayV2ProxyRequestEvent APIGatewayV2ProxyRequestEvent(APIGatewayV2ProxyRequestEvent event) {
    return event;
  }

  public APIGatewayV2ProxyResponseEvent APIGatewayV2ProxyResponseEvent(APIGatewayV2ProxyResponseEvent event) {
    return event;
  }

  public APIGatewayV2WebSocketEvent APIGatewayV2WebSocketEvent(APIGatewayV2WebSocketEvent event) {
    return event;
  }

  public APIGatewayV2WebSocketResponse APIGatewayV2WebSocketResponse(APIGatewayV2WebSocketResponse event) {
    return event;
  }

  public ActiveMQEvent ActiveMQEvent(ActiveMQEvent event) {
    return event;
  }

  public AppSyncLambdaAuthorizerEvent AppSyncLambdaAuthorizerEvent(AppSyncLambdaAuthorizerEvent event) {
    return event;
  }

  public AppSyncLambdaAuthorizerResponse AppSyncLambdaAuthorizerResponse(AppSyncLambdaAuthorizerResponse event) {
    return event;
  }

  public ApplicationLoadBalancerRequestEvent ApplicationLoadBalancerRequestEvent(ApplicationLoadBalancerRequestEvent event) {
    return event;
  }

  public ApplicationLoadBalancerResponseEvent ApplicationLoadBalancerResponseEvent(ApplicationLoadBalancerResponseEvent event) {
    return event;
  }

  public CloudFormationCustomResourceEvent CloudFormationCustomResourceEvent(CloudFormationCustomResourceEvent event) {
    return event;
  }

  public CloudFrontEvent CloudFrontEvent(CloudFrontEvent event) {
    return event;
  }

  public CloudWatchCompositeAlarmEvent CloudWatchCompositeAlarmEvent(CloudWatchCompositeAlarmEvent event) {
    return event;
  }

  public CloudWatchLogsEvent CloudWatchLogsEvent(CloudWatchLogsEvent event) {
    return event;
  }

  public CloudWatchMetricAlarmEvent CloudWatchMetricAlarmEvent(CloudWatchMetricAlarmEvent event) {
    return event;
  }

  public CodeCommitEvent CodeCommitEvent(CodeCommitEvent event) {
    return event;
  }

  public CognitoEvent CognitoEvent(CognitoEvent event) {
    return event;
  }

  public CognitoUserPoolCreateAuthChallengeEvent CognitoUserPoolCreateAuthChallengeEvent(CognitoUserPoolCreateAuthChallengeEvent event) {
    return event;
  }

  public CognitoUserPoolCustomMessageEvent CognitoUserPoolCustomMessageEvent(CognitoUserPoolCustomMessageEvent event) {
    return event;
  }

  public CognitoUserPoolDefineAuthChallengeEvent CognitoUserPoolDefineAuthChallengeEvent(CognitoUserPoolDefineAuthChallengeEvent event) {
    return event;
  }

  public CognitoUserPoolEvent CognitoUserPoolEvent(CognitoUserPoolEvent event) {
    return event;
  }

  public CognitoUserPoolMigrateUserEvent CognitoUserPoolMigrateUserEvent(CognitoUserPoolMigrateUserEvent event) {
    return event;
  }

  public CognitoUserPoolPostAuthenticationEvent CognitoUserPoolPostAuthenticationEvent(CognitoUserPoolPostAuthenticationEvent event) {
    return event;
  }

  public CognitoUserPoolPostConfirmationEvent CognitoUserPoolPostConfirmationEvent(CognitoUserPoolPostConfirmationEvent event) {
    return event;
  }

  public CognitoUserPoolPreAuthenticationEvent CognitoUserPoolPreAuthenticationEvent(CognitoUserPoolPreAuthenticationEvent event) {
    return event;
  }

  public CognitoUserPoolPreSignUpEvent CognitoUserPoolPreSignUpEvent(CognitoUserPoolPreSignUpEvent event) {
    return event;
  }

  public CognitoUserPoolPreTokenGenerationEvent CognitoUserPoolPreTokenGenerationEvent(CognitoUserPoolPreTokenGenerationEvent event) {
    return event;
  }

  public CognitoUserPoolPreTokenGenerationEventV2 CognitoUserPoolPreTokenGenerationEventV2(CognitoUserPoolPreTokenGenerationEventV2 event) {
    return event;
  }

  public CognitoUserPoolVerifyAuthChallengeResponseEvent CognitoUserPoolVerifyAuthChallengeResponseEvent(CognitoUserPoolVerifyAuthChallengeResponseEvent event) {
    return event;
  }

  public ConfigEvent ConfigEvent(ConfigEvent event) {
    return event;
  }

  public ConnectEvent ConnectEvent(ConnectEvent event) {
    return event;
  }

  public DynamodbEvent DynamodbEvent(DynamodbEvent event) {
    return event;
  }

  public DynamodbTimeWindowEvent DynamodbTimeWindowEvent(DynamodbTimeWindowEvent event) {
    return event;
  }

  public IamPolicyResponse IamPolicyResponse(IamPolicyResponse event) {
    return event;
  }

  public IamPolicyResponseV1 IamPolicyResponseV1(IamPolicyResponseV1 event) {
    return event;
  }

  public IoTButtonEvent IoTButtonEvent(IoTButtonEvent event) {
    return event;
  }

  public KafkaEvent KafkaEvent(KafkaEvent event) {
    return event;
  }

  public KinesisAnalyticsFirehoseInputPreprocessingEvent KinesisAnalyticsFirehoseInputPreprocessingEvent(KinesisAnalyticsFirehoseInputPreprocessingEvent event) {
    return event;
  }

  public KinesisAnalyticsInputPreprocessingResponse KinesisAnalyticsInputPreprocessingResponse(KinesisAnalyticsInputPreprocessingResponse event) {
    return event;
  }

  public KinesisAnalyticsOutputDeliveryEvent KinesisAnalyticsOutputDeliveryEvent(KinesisAnalyticsOutputDeliveryEvent event) {
    return event;
  }

  public KinesisAnalyticsOutputDeliveryResponse KinesisAnalyticsOutputDeliveryResponse(KinesisAnalyticsOutputDeliveryResponse event) {
    return event;
  }

  public KinesisAnalyticsStreamsInputPreprocessingEvent KinesisAnalyticsStreamsInputPreprocessingEvent(KinesisAnalyticsStreamsInputPreprocessingEvent event) {
    return event;
  }

  public KinesisEvent KinesisEvent(KinesisEvent event) {
    return event;
  }

  public KinesisFirehoseEvent KinesisFirehoseEvent(KinesisFirehoseEvent event) {
    return event;
  }

  public KinesisTimeWindowEvent KinesisTimeWindowEvent(KinesisTimeWindowEvent event) {
    return event;
  }

  public LambdaDestinationEvent LambdaDestinationEvent(LambdaDestinationEvent event) {
    return event;
  }

  public LexEvent LexEvent(LexEvent event) {
    return event;
  }

  public MSKFirehoseEvent MSKFirehoseEvent(MSKFirehoseEvent event) {
    return event;
  }

  public MSKFirehoseResponse MSKFirehoseResponse(MSKFirehoseResponse event) {
    return event;
  }

  public RabbitMQEvent RabbitMQEvent(RabbitMQEvent event) {
    return event;
  }

  public S3BatchEvent S3BatchEvent(S3BatchEvent event) {
    return event;
  }

  public S3BatchEventV2 S3BatchEventV2(S3BatchEventV2 event) {
    return event;
  }

  public S3BatchResponse S3BatchResponse(S3BatchResponse event) {
    return event;
  }

  public S3Event S3Event(S3Event event) {
    return event;
  }

  public S3ObjectLambdaEvent S3ObjectLambdaEvent(S3ObjectLambdaEvent event) {
    return event;
  }

  public SNSEvent SNSEvent(SNSEvent event) {
    return event;
  }

  public SQSBatchResponse SQSBatchResponse(SQSBatchResponse event) {
    return event;
  }

  public SQSEvent SQSEvent(SQSEvent event) {
    return event;
  }

  public ScheduledEvent ScheduledEvent(ScheduledEvent event) {
    return event;
  }

  public SecretsManagerRotationEvent SecretsManagerRotationEvent(SecretsManagerRotationEvent event) {
    return event;
  }

  public SimpleIAMPolicyResponse SimpleIAMPolicyResponse(SimpleIAMPolicyResponse event) {
    return event;
  }

  public StreamsEventResponse StreamsEventResponse(StreamsEventResponse event) {
    return event;
  }

  public TimeWindowEventResponse TimeWindowEventResponse(TimeWindowEventResponse event) {
    return event;
  }

  public S3EventNotification S3EventNotification(S3EventNotification event) {
    return event;
  }

  public List<SQSEvent> listOfSqs(List<SQSEvent> event) {
    return event;
  }

  public Own own(Own event) {
    return event;
  }

  public Object sqsAsObject(SQSEvent event) {
    return event;
  }

  public String sqsBody(SQSEvent event) {
    return event.getRecords().get(0).getBody();
  }

  public String s3Key(S3Event event) {
    return event.getRecords().get(0).getS3().getObject().getUrlDecodedKey();
  }

  /** No class that the runtime knows. */
  public static class Own extends SQSEvent {}
}
