package web;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.amazonaws.services.lambda.runtime.events.S3Event;
import java.util.Collections;
import java.util.stream.Collectors;
import org.apache.commons.text.WordUtils;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** An API's handler, and one of a bucket's notifications. */
public class Api implements RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> {
  private int count;

  @Override
  public APIGatewayProxyResponseEvent handleRequest(APIGatewayProxyRequestEvent event, Context context) {
    String name = event.getPathParameters().get("name");
    int distance = new LevenshteinDistance().apply(name, event.getQueryStringParameters().get("other"));
    return new APIGatewayProxyResponseEvent()
        .withStatusCode(200)
        .withHeaders(Collections.singletonMap("x-caller", event.getRequestContext().getIdentity().getSourceIp()))
        .withBody(event.getHttpMethod() + " " + WordUtils.capitalizeFully(name) + " " + distance + " " + ++count)
        .withIsBase64Encoded(false);
  }

  public String keys(S3Event event) {
    return event.getRecords().stream()
        .map(record -> record.getS3().getBucket().getName() + "/" + record.getS3().getObject().getUrlDecodedKey())
        .collect(Collectors.joining(","));
  }

  /** Which archive the runtime's interfaces are of, and whether the package has its own copy beside it. */
  public String core(Object event, Context context) throws ReflectiveOperationException {
    Class<?> own = Class.forName(Context.class.getName(), false, Api.class.getClassLoader());
    return own.getProtectionDomain().getCodeSource().getLocation().getPath() + " " + own.isInstance(context);
  }
}
