package clients;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** Handlers that the official Java client runs. */
public final class Handlers {
  private int count;

  public Object echo(Object event) {
    return event;
  }

  public Map<String, Object> who(Map<String, Object> event, Context context) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("requestId", context.getAwsRequestId());
    answer.put("arn", context.getInvokedFunctionArn());
    answer.put("inTime", context.getRemainingTimeInMillis() > 0);
    answer.put("trace", System.getProperty("com.amazonaws.xray.traceHeader"));
    answer.put("custom", context.getClientContext() == null ? null : context.getClientContext().getCustom());
    answer.put("identity", context.getIdentity() == null ? null : context.getIdentity().getIdentityId());
    return answer;
  }

  public int again(Object event) {
    return ++count;
  }

  public String fail(String event) {
    throw new IllegalStateException("not " + event);
  }

  public String leave(String event) {
    System.exit(3);
    return event;
  }

  public int overflow(int depth) {
    return overflow(depth + 1) + 1;
  }

  public void copy(InputStream in, OutputStream out) throws IOException {
    byte[] bytes = new byte[65536];
    for (int size = in.read(bytes); size >= 0; size = in.read(bytes)) {
      out.write(bytes, 0, size);
    }
  }
}
