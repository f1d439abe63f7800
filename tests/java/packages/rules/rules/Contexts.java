package rules;

import com.amazonaws.services.lambda.runtime.Client;
import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import java.util.LinkedHashMap;
import java.util.Map;
import meeting.Meeting;

/** What the context says. */
public class Contexts {
  private static Context kept;

  public Map<String, Object> all(Object in, Context context) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("awsRequestId", context.getAwsRequestId());
    map.put("logGroupName", context.getLogGroupName());
    map.put("logStreamName", context.getLogStreamName());
    map.put("functionName", context.getFunctionName());
    map.put("functionVersion", context.getFunctionVersion());
    map.put("invokedFunctionArn", context.getInvokedFunctionArn());
    map.put("memoryLimitInMB", context.getMemoryLimitInMB());
    map.put("remaining", context.getRemainingTimeInMillis());
    map.put("identityAbsent", context.getIdentity() == null);
    map.put("clientContextAbsent", context.getClientContext() == null);
    map.put("tenantId", context.getTenantId());
    map.put("xrayTraceId", context.getXrayTraceId());
    map.put("sameLogger", context.getLogger() == LambdaRuntime.getLogger());
    return map;
  }

  public Map<String, Object> client(Object in, Context context) {
    ClientContext client = context.getClientContext();
    Client device = client.getClient();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("installationId", device.getInstallationId());
    map.put("appTitle", device.getAppTitle());
    map.put("appVersionName", device.getAppVersionName());
    map.put("appVersionCode", device.getAppVersionCode());
    map.put("appPackageName", device.getAppPackageName());
    map.put("custom", client.getCustom());
    map.put("env", client.getEnvironment());
    map.put("identityId", context.getIdentity().getIdentityId());
    map.put("identityPoolId", context.getIdentity().getIdentityPoolId());
    return map;
  }

  public String keep(Object in, Context context) {
    String before = kept == null ? "none" : kept.getAwsRequestId();
    kept = context;
    return before;
  }

  public String trace(Object in) {
    return System.getProperty("com.amazonaws.xray.traceHeader");
  }

  /** The header as two invocations at once see it: before and after they meet, and in a thread of the handler's. */
  public String traceTogether(Object in) throws InterruptedException {
    StringBuilder seen = new StringBuilder(trace(in));
    Meeting.at("trace 2");
    seen.append(' ').append(trace(in));
    Thread thread = new Thread(() -> seen.append(' ').append(trace(in)));
    thread.start();
    thread.join();
    Meeting.at("trace 2");
    return seen.toString();
  }

  /** The header after the handler has changed and then removed it. */
  public String changeTrace(Object in) {
    String before = System.setProperty("com.amazonaws.xray.traceHeader", "changed");
    String between = trace(in);
    System.clearProperty("com.amazonaws.xray.traceHeader");
    return before + " " + between + " " + System.getProperty("com.amazonaws.xray.traceHeader", "none");
  }

  /** Milliseconds of the epoch between which the deadline lies. */
  public long[] deadline(Object in, Context context) {
    long before = System.currentTimeMillis();
    int remaining = context.getRemainingTimeInMillis();
    long after = System.currentTimeMillis() + 1;
    return new long[] {before + remaining, after + remaining};
  }

  public int remainingLater(int millis, Context context) throws InterruptedException {
    int before = context.getRemainingTimeInMillis();
    Thread.sleep(millis);
    return before - context.getRemainingTimeInMillis();
  }
}
