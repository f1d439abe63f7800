package tandem.bridge;

import com.amazonaws.services.lambda.runtime.logging.LogFormat;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What stays the same for all invocations of a function. */
final class FunctionConfig {
  private static final int DEFAULT_MEMORY = 128;

  final String handler;
  final String codeRoot;
  final String name;
  final String version;
  final String logGroup;
  final String logStream;
  final String logFormatName;
  final String logLevelName;
  final List<String> layers;
  final int memory;
  LogFormat logFormat = LogFormat.TEXT;
  LogLevel logLevel = LogLevel.UNDEFINED;

  /** Reads what the native half wrote: each text as its length (-1: absent) and its UTF-8 bytes. */
  FunctionConfig(byte[] encoded) {
    ByteBuffer from = ByteBuffer.wrap(encoded).order(ByteOrder.nativeOrder());
    int limit = from.getInt();
    memory = limit > 0 ? limit : DEFAULT_MEMORY;
    handler = text(from);
    codeRoot = text(from);
    name = text(from);
    version = text(from);
    logGroup = text(from);
    logStream = text(from);
    logFormatName = text(from);
    logLevelName = text(from);
    List<String> list = new ArrayList<>();
    while (from.hasRemaining()) {
      list.add(text(from));
    }
    layers = Collections.unmodifiableList(list);
  }

  /**
   * Takes the log settings in, the level first, as what is wrong with that is said where both are.
   *
   * @throws IllegalArgumentException if one is unknown (L-33)
   */
  void checkLogging() {
    logLevel = logLevelName == null ? LogLevel.UNDEFINED : LogLevel.fromString(logLevelName);
    logFormat = logFormatName == null ? LogFormat.TEXT : LogFormat.fromString(logFormatName);
  }

  /** Whether what is logged with a level is written; without one it always is (L-32). */
  boolean logs(LogLevel level) {
    return level == LogLevel.UNDEFINED || level.ordinal() >= logLevel.ordinal();
  }

  private static String text(ByteBuffer from) {
    int size = from.getInt();
    if (size < 0) {
      return null;
    }
    byte[] bytes = new byte[size];
    from.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
