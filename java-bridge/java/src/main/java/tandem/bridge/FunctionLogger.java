package tandem.bridge;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogFormat;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** The logger that handlers get (L-28 to 34): one object, which writes to the log of the calling thread's function. */
final class FunctionLogger implements LambdaLogger {
  static final FunctionLogger INSTANCE = new FunctionLogger();

  private static final byte[] NULL = "null".getBytes(StandardCharsets.UTF_8);

  private FunctionLogger() {}

  @Override
  public void log(String text) {
    log(text, LogLevel.UNDEFINED);
  }

  @Override
  public void log(byte[] text) {
    log(text, LogLevel.UNDEFINED);
  }

  @Override
  public void log(String text, LogLevel level) {
    Invocation invocation = Scope.ofThread().current;
    if (invocation == null) {
      write(null, text == null ? NULL : text.getBytes(StandardCharsets.UTF_8), level, LogFormat.TEXT);
      return;
    }
    FunctionConfig config = invocation.function.config;
    if (!config.logs(level)) {
      return;
    }
    String formatted = format(config, text, level, invocation);
    write(invocation, formatted.getBytes(StandardCharsets.UTF_8), level, config.logFormat);
  }

  @Override
  public void log(byte[] text, LogLevel level) {
    Invocation invocation = Scope.ofThread().current;
    FunctionConfig config = invocation == null ? null : invocation.function.config;
    if (config != null && !config.logs(level)) {
      return;
    }
    write(invocation, text == null ? NULL : text, level, config == null ? LogFormat.TEXT : config.logFormat);
  }

  private static void write(Invocation invocation, byte[] text, LogLevel level, LogFormat format) {
    LogStream.write(invocation, text, 0, text.length, level.ordinal(), format == LogFormat.JSON ? 1 : 0);
  }

  /** Formats a text for the running invocation of this thread. */
  static String format(FunctionConfig config, String text, LogLevel level) {
    return format(config, text, level, Scope.ofThread().current);
  }

  private static String format(FunctionConfig config, String text, LogLevel level, Invocation invocation) {
    if (config.logFormat != LogFormat.JSON) {
      return level == LogLevel.UNDEFINED ? String.valueOf(text) : "[" + level + "] " + text;
    }
    StringBuilder json = new StringBuilder(128);
    json.append("{\"timestamp\":\"").append(Timestamps.now()).append('"');
    member(json, "message", text);
    member(json, "level", level.name());
    if (invocation != null) {
      member(json, "AWSRequestId", invocation.getAwsRequestId());
      member(json, "tenantId", invocation.getTenantId());
    }
    return json.append("}\n").toString();
  }

  private static void member(StringBuilder json, String key, String value) {
    if (value != null) {
      json.append(",\"").append(key).append("\":");
      JsonText.quote(json, value);
    }
  }

  /** The date format of JSON log lines, loaded only where that is used. */
  private static final class Timestamps {
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'");

    private Timestamps() {}

    static String now() {
      return FORMAT.format(ZonedDateTime.now(ZoneOffset.UTC));
    }
  }
}
