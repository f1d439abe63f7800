package log4j;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaRuntimeInternal;
import org.apache.logging.log4j.ThreadContext;

/** A handler whose package has loaded Lambda's appender, which says so like this. */
public class Handler {
  public Handler() {
    LambdaRuntimeInternal.setUseLog4jAppender(true);
  }

  public boolean handle(Object in, Context context) {
    return context.getAwsRequestId().equals(ThreadContext.get("AWSRequestId"));
  }
}
