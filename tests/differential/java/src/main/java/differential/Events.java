package differential;

import com.amazonaws.services.lambda.runtime.events.*;
import java.util.List;

/** One handler for each class of the event library that has no treatment of its own, and some more. */
public class Events {
  public APIGatewayCustomAuthorizerEvent APIGatewayCustomAuthorizerEvent(APIGatewayCustomAuthorizerEvent event) {
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

  public CloudWatchCompositeAlarmEvent CloudWatchCompositeAlarmEvent(CloudWatchCompositeAlarmEvent event) {
    return event;
  }

  public CloudWatchMetricAlarmEvent CloudWatchMetricAlarmEvent(CloudWatchMetricAlarmEvent event) {
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

  public IamPolicyResponse IamPolicyResponse(IamPolicyResponse event) {
    return event;
  }

  public IamPolicyResponseV1 IamPolicyResponseV1(IamPolicyResponseV1 event) {
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

  public S3ObjectLambdaEvent S3ObjectLambdaEvent(S3ObjectLambdaEvent event) {
    return event;
  }

  public SQSBatchResponse SQSBatchResponse(SQSBatchResponse event) {
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
