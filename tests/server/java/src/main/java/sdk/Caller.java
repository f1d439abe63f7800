package sdk;

import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/** A handler that invokes another function, with all that the SDK finds in its environment. */
public class Caller {
  private final LambdaClient client = LambdaClient.create();

  public String handle(Map<String, String> event) {
    SdkBytes payload = SdkBytes.fromUtf8String("\"" + event.get("say") + "\"");
    InvokeResponse answer = client.invoke(request -> request.functionName(event.get("callee")).payload(payload));
    return answer.functionError() + " " + answer.payload().asUtf8String();
  }
}
