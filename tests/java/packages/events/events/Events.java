package events;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.DynamodbEvent;
import com.amazonaws.services.lambda.runtime.events.S3Event;
import com.amazonaws.services.lambda.runtime.events.SNSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.Date;
import java.util.List;

/** Handlers over the event library's classes, which the package brings (H-JAVA-51). */
public class Events {
  public String sqs(SQSEvent event, Context context) {
    SQSEvent.SQSMessage message = event.getRecords().get(0);
    return message.getBody() + " " + message.getEventSourceArn();
  }

  public String sqsList(List<SQSEvent> events) {
    return String.valueOf(events.get(0).getRecords());
  }

  public String sns(SNSEvent event) {
    return event.getRecords().get(0).getSNS().getMessage();
  }

  public String dynamo(DynamodbEvent event) {
    return event.getRecords().get(0).getDynamodb().getKeys().get("id").getS();
  }

  public String s3(S3Event event) {
    return event.getRecords().get(0).getS3().getBucket().getName();
  }

  public ScheduledEvent scheduled(ScheduledEvent event) {
    return event;
  }

  public String http(APIGatewayV2HTTPEvent event) {
    return event.getRawPath();
  }

  public APIGatewayProxyResponseEvent response() {
    return new APIGatewayProxyResponseEvent().withStatusCode(201).withBody("b");
  }

  public SQSBatchResponse batch() {
    return new SQSBatchResponse(Collections.singletonList(new SQSBatchResponse.BatchItemFailure("m1")));
  }

  /** Registers its loader with rules.Leaks. */
  @SuppressWarnings("unchecked")
  public SQSBatchResponse occupy(SQSEvent event) {
    ((List<WeakReference<ClassLoader>>) System.getProperties().get("rules.Leaks.loaders"))
        .add(new WeakReference<>(Events.class.getClassLoader()));
    return new SQSBatchResponse();
  }

  public Date plainDate() {
    return new Date(1234567890123L);
  }
}
