package rules;

import com.amazonaws.services.lambda.runtime.Client;
import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import java.util.LinkedHashMap;
import java.util.Map;

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

  public int remainingLater(int millis, Context context) throws InterruptedException {
    int before = context.getRemainingTimeInMillis();
    Thread.sleep(millis);
    return before - context.getRemainingTimeInMillis();
  }
}
