package demo;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Handlers that write, here and there. */
public class Talk {
  /** Writes to all that Java code takes for standard output. */
  public String everywhere(Object event) throws Exception {
    System.out.println("by System.out");
    try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
      out.write("by FileDescriptor.out\n".getBytes(StandardCharsets.UTF_8));
      new ProcessBuilder("echo", "by a child").inheritIO().start().waitFor();
    }
    return "response";
  }

  /** Writes to the log without ending the line. */
  public void openLine(Object event, Context context) {
    context.getLogger().log("no newline");
  }

  public Map<String, Object> describe(Object event, Context context) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("name", context.getFunctionName());
    answer.put("version", context.getFunctionVersion());
    answer.put("arn", context.getInvokedFunctionArn());
    answer.put("memory", context.getMemoryLimitInMB());
    answer.put("id", context.getAwsRequestId());
    answer.put("group", context.getLogGroupName());
    answer.put("stream", context.getLogStreamName());
    answer.put("remaining", context.getRemainingTimeInMillis());
    answer.put("custom", context.getClientContext() == null ? null : context.getClientContext().getCustom());
    answer.put("env", System.getenv("GREETING"));
    answer.put("cwd", System.getProperty("user.dir"));
    return answer;
  }

  public String version(Object event) {
    return System.getProperty("java.version");
  }

  /** Answers the event's bytes. */
  public static class Echo implements RequestStreamHandler {
    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
      byte[] block = new byte[8192];
      for (int size = input.read(block); size >= 0; size = input.read(block)) {
        output.write(block, 0, size);
      }
    }
  }
}
