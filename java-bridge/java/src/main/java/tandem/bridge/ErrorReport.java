package tandem.bridge;

import com.amazonaws.services.lambda.runtime.logging.LogFormat;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.io.IOError;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A failure on its way to the host: the error's body and parts, what becomes of the environment, and the log text. */
final class ErrorReport {
  private static final int KEEP = 0;
  private static final int RECYCLE = 1;
  private static final int STICKY = 3;

  private static final String USER_EXCEPTION = "Runtime.UserException";
  private static final String BAD_FUNCTION = "Runtime.BadFunctionCode";
  private static final StackTraceElement[] NO_FRAMES = {};

  private final String message;
  private final String type;
  private final StackTraceElement[] frames;
  private final String reportedType;
  private final int disposition;
  private final String log;

  private ErrorReport(
      String message, String type, StackTraceElement[] frames, String reportedType, int disposition, String log) {
    this.message = message;
    this.type = type;
    this.frames = frames;
    this.reportedType = reportedType;
    this.disposition = disposition;
    this.log = log;
  }

  /** What escaped from an invocation. */
  static ErrorReport ofInvocation(Throwable e) {
    Traces.cut(e);
    int disposition = e instanceof VirtualMachineError || e instanceof IOError ? RECYCLE : KEEP;
    String message = Traces.message(e);
    String type = e.getClass().getName();
    return new ErrorReport(
        message, type, Traces.frames(e), USER_EXCEPTION, disposition, logText(message, type, Traces.print(e)));
  }

  /** Why a function could not be opened. */
  static ErrorReport ofInit(Throwable e) {
    if (e instanceof Fault) {
      Fault fault = (Fault) e;
      Throwable behind = fault.getCause();
      String type = behind == null ? null : behind.getClass().getName();
      String log = behind == null
          ? fault.getMessage() + "\n"
          : logText(fault.getMessage(), type, Traces.print(Traces.cut(behind)));
      return new ErrorReport(
          fault.getMessage(), type, null, BAD_FUNCTION, fault.fatal ? RECYCLE : STICKY, log);
    }
    Traces.cut(e);
    String message = Traces.message(e);
    String type = e.getClass().getName();
    return new ErrorReport(
        message, type, Traces.frames(e), USER_EXCEPTION, RECYCLE, logText(message, type, Traces.print(e)));
  }

  private static String logText(String message, String type, String trace) {
    return message + ": " + type + "\n" + trace + "\n";
  }

  private String body() {
    StringBuilder json = new StringBuilder(256);
    json.append("{\"errorMessage\":");
    JsonText.quote(json, message);
    if (type != null) {
      json.append(",\"errorType\":");
      JsonText.quote(json, type);
    }
    if (frames != null) {
      json.append(",\"stackTrace\":[");
      for (int i = 0; i < frames.length; i++) {
        if (i > 0) {
          json.append(',');
        }
        JsonText.quote(json, frames[i].toString());
      }
      json.append(']');
    }
    return json.append('}').toString();
  }

  /** The form that the native half reads: disposition, log level, log format, then texts as length and bytes. */
  byte[] encode(FunctionConfig config) {
    boolean json = config.logFormat == LogFormat.JSON;
    LogLevel level = json ? LogLevel.ERROR : LogLevel.UNDEFINED;
    StackTraceElement[] list = frames == null ? NO_FRAMES : frames;
    byte[][] texts = new byte[5 + list.length][];
    texts[0] = bytes(type);
    texts[1] = bytes(message);
    texts[2] = bytes(body());
    texts[3] = bytes(reportedType);
    texts[4] = bytes(FunctionLogger.format(config, log, level));
    int size = 12;
    for (int i = 0; i < texts.length; i++) {
      if (i >= 5) {
        texts[i] = bytes(list[i - 5].toString());
      }
      size += 4 + (texts[i] == null ? 0 : texts[i].length);
    }
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    out.putInt(disposition).putInt(level.ordinal()).putInt(json ? 1 : 0);
    for (byte[] text : texts) {
      out.putInt(text == null ? -1 : text.length);
      if (text != null) {
        out.put(text);
      }
    }
    return out.array();
  }

  private static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }
}
