package conformance;

import com.amazonaws.services.lambda.runtime.Client;
import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What handlers are told by their context. */
public class Contexts {
  public Map<String, Object> describe(Context context) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("function_name", context.getFunctionName());
    described.put("function_version", context.getFunctionVersion());
    described.put("invoked_function_arn", context.getInvokedFunctionArn());
    described.put("memory_limit_in_mb", context.getMemoryLimitInMB());
    described.put("aws_request_id", context.getAwsRequestId());
    described.put("log_group_name", context.getLogGroupName());
    described.put("log_stream_name", context.getLogStreamName());
    described.put("tenant_id", context.getTenantId());
    return described;
  }

  public List<String> identity(Context context) {
    if (context.getIdentity() == null) {
      return null;
    }
    return Arrays.asList(context.getIdentity().getIdentityId(), context.getIdentity().getIdentityPoolId());
  }

  public Map<String, Object> clientContext(Context context) {
    ClientContext told = context.getClientContext();
    if (told == null) {
      return null;
    }
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("custom", told.getCustom());
    described.put("env", told.getEnvironment());
    described.put("client", told.getClient() == null ? null : describe(told.getClient()));
    return described;
  }

  private static Map<String, String> describe(Client client) {
    Map<String, String> described = new LinkedHashMap<>();
    described.put("installation_id", client.getInstallationId());
    described.put("app_title", client.getAppTitle());
    described.put("app_version_name", client.getAppVersionName());
    described.put("app_version_code", client.getAppVersionCode());
    described.put("app_package_name", client.getAppPackageName());
    return described;
  }

  public Map<String, Object> remaining(Context context) throws InterruptedException {
    int first = context.getRemainingTimeInMillis();
    Thread.sleep(10);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("type", "int");
    answer.put("first", first);
    answer.put("decreases", context.getRemainingTimeInMillis() < first);
    return answer;
  }

  public boolean oneLogger(Context context) {
    return context.getLogger() == LambdaRuntime.getLogger();
  }

  public String trace() {
    return System.getProperty("com.amazonaws.xray.traceHeader");
  }
}
