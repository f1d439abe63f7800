package conformance;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Handlers that log; the event says what. */
public class Logs {
  private static final Map<String, Consumer<LambdaLogger>> LINES = new HashMap<>();

  static {
    LINES.put("plain", logger -> logger.log("as it is|"));
    LINES.put("null", logger -> logger.log((String) null));
    LINES.put("bytes", logger -> logger.log("bytes ä".getBytes(StandardCharsets.UTF_8)));
    LINES.put("warning", logger -> logger.log("careful", LogLevel.WARN));
    LINES.put("info", logger -> logger.log("quiet", LogLevel.INFO));
    LINES.put("debug", logger -> logger.log("quietest", LogLevel.DEBUG));
    LINES.put("bytes of info", logger -> logger.log("raw".getBytes(StandardCharsets.UTF_8), LogLevel.INFO));
    LINES.put("print", logger -> System.out.println("printed ä"));
    LINES.put("standard error", logger -> System.err.println("on standard error"));
    LINES.put("runtime", logger -> LambdaRuntime.getLogger().log("by the runtime"));
  }

  public void log(String event, Context context) {
    LINES.get(event).accept(context.getLogger());
  }

  public void fail(String event) {
    throw new IllegalStateException("logged", new RuntimeException("its cause"));
  }
}
