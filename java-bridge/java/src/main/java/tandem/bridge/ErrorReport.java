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
  private static final int EXITED = 2;
  private static final int STICKY = 3;

  private static final String USER_EXCEPTION = "Runtime.UserException";
  private static final String BAD_FUNCTION = "Runtime.BadFunctionCode";
  private static final StackTraceElement[] NO_FRAMES = {};

  /** Texts of a report before its frames. */
  private static final int OWN_TEXTS = 6;

  /** What is reported when the heap or the stack has no room for a report. */
  private static final byte[] FULL_HEAP = encodeFixed(OutOfMemoryError.class.getName(), "Java heap space");

  private static final byte[] FULL_STACK =
      encodeFixed(StackOverflowError.class.getName(), StackOverflowError.class.getName());

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

  /** What escaped from an invocation, in the form that {@link #encode} gives, also where nothing can be made any more. */
  static byte[] encodeInvocation(Throwable e, Function function) {
    try {
      return ofInvocation(e).encode(function.config, LinkHints.of(e, function));
    } catch (VirtualMachineError | LinkageError full) { // a class that cannot be loaded for lack of memory among them
      return exhausted(full);
    }
  }

  /** Why a function could not be opened, likewise; {@code function} may be null. */
  static byte[] encodeInit(Throwable e, FunctionConfig config, Function function) {
    try {
      return ofInit(e).encode(config, LinkHints.of(e, function));
    } catch (VirtualMachineError | LinkageError full) {
      return exhausted(full);
    }
  }

  /** What the program of a runtime would end with before there is a function, likewise. */
  static byte[] encodeExit(RuntimeException e) {
    String log = "Exception in thread \"main\" " + Traces.print(Traces.cut(e));
    return new ErrorReport(Traces.message(e), typeOf(e), NO_FRAMES, USER_EXCEPTION, EXITED, log)
        .encode(LogLevel.UNDEFINED, false, log, null);
  }

  private static byte[] exhausted(Error full) {
    return full instanceof StackOverflowError ? FULL_STACK : FULL_HEAP;
  }

  /** Makes what is needed when nothing can be made. */
  static void prepare() {
    Traces.print(Traces.cut(new Throwable()));
  }

  private static byte[] encodeFixed(String type, String message) {
    String log = logText(message, type, "");
    return new ErrorReport(message, type, NO_FRAMES, USER_EXCEPTION, RECYCLE, log).encode(LogLevel.UNDEFINED, false, log, null);
  }

  /** What escaped from an invocation. */
  private static ErrorReport ofInvocation(Throwable e) {
    Traces.cut(e);
    int disposition = e instanceof VirtualMachineError || e instanceof IOError ? RECYCLE : KEEP;
    String message = Traces.message(e);
    String type = typeOf(e);
    return new ErrorReport(
        message, type, Traces.frames(e), USER_EXCEPTION, disposition, logText(message, type, Traces.print(e)));
  }

  /** Why a function could not be opened. */
  private static ErrorReport ofInit(Throwable e) {
    if (e instanceof Fault) {
      Fault fault = (Fault) e;
      Throwable behind = fault.getCause();
      String type = behind == null ? null : typeOf(behind);
      String log = behind == null
          ? fault.getMessage() + "\n"
          : logText(fault.getMessage(), type, Traces.print(Traces.cut(behind)));
      return new ErrorReport(
          fault.getMessage(), type, null, BAD_FUNCTION, fault.fatal ? RECYCLE : STICKY, log);
    }
    Traces.cut(e);
    String message = Traces.message(e);
    String type = typeOf(e);
    return new ErrorReport(
        message, type, Traces.frames(e), USER_EXCEPTION, RECYCLE, logText(message, type, Traces.print(e)));
  }

  private static String typeOf(Throwable e) {
    return e instanceof TooManyServiceProvidersFoundException
        ? TooManyServiceProvidersFoundException.NAME
        : e.getClass().getName();
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

  /**
   * The form that the native half reads: disposition, log level, log format, the JDK that a hint is about, then texts as
   * length and bytes. An error that the function's log level leaves out has no text for the log.
   */
  private byte[] encode(FunctionConfig config, Hint hint) {
    boolean json = config.logFormat == LogFormat.JSON;
    LogLevel level = json ? LogLevel.ERROR : LogLevel.UNDEFINED;
    return encode(level, json, config.logs(level) ? FunctionLogger.format(config, log, level) : null, hint);
  }

  private byte[] encode(LogLevel level, boolean json, String logged, Hint hint) {
    StackTraceElement[] list = frames == null ? NO_FRAMES : frames;
    byte[][] texts = new byte[OWN_TEXTS + list.length][];
    texts[0] = bytes(type);
    texts[1] = bytes(message);
    texts[2] = bytes(body());
    texts[3] = bytes(reportedType);
    texts[4] = bytes(logged);
    texts[5] = hint == null ? null : bytes(hint.text);
    int size = 16;
    for (int i = 0; i < texts.length; i++) {
      if (i >= OWN_TEXTS) {
        texts[i] = bytes(list[i - OWN_TEXTS].toString());
      }
      size += 4 + (texts[i] == null ? 0 : texts[i].length);
    }
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    out.putInt(disposition).putInt(level.ordinal()).putInt(json ? 1 : 0).putInt(hint == null ? 0 : hint.neededJdk);
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
