package conformance;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/** Handlers that fail; the event says how. */
public class Errors {
  public static class MyError extends RuntimeException {
    public MyError(String message) {
      super(message);
    }
  }

  public static class Checked extends Exception {
    public Checked() {
      super("checked");
    }
  }

  public static class Localized extends RuntimeException {
    @Override
    public String getLocalizedMessage() {
      return "localized";
    }
  }

  private static final Map<String, Callable<Throwable>> FAILURES = new HashMap<>();

  static {
    FAILURES.put("mine", () -> new MyError("mine"));
    FAILURES.put("checked", Checked::new);
    FAILURES.put("no message", RuntimeException::new);
    FAILURES.put("empty message", () -> new RuntimeException(""));
    FAILURES.put("localized", Localized::new);
    FAILURES.put("assertion", () -> new AssertionError("asserted"));
    FAILURES.put("no class", () -> new NoClassDefFoundError("made/Up"));
    FAILURES.put("beyond ASCII", () -> new RuntimeException("ä € \uD83D\uDE00"));
    FAILURES.put("lines", () -> new RuntimeException("one\ntwo"));
    FAILURES.put("caused", () -> new IllegalStateException("second", new IOException("first")));
    FAILURES.put("suppressed", () -> {
      IllegalStateException error = new IllegalStateException("main");
      error.addSuppressed(new IOException("beside"));
      return error;
    });
    FAILURES.put("null pointer", NullPointerException::new);
  }

  public Object fail(String event) throws Throwable {
    throw FAILURES.get(event).call();
  }

  /** A checked exception that is not declared. */
  public Object sneaky(String event) {
    throw Errors.<RuntimeException>sneak(new IOException(event));
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> T sneak(Throwable error) throws T {
    throw (T) error;
  }

  public int endless(int event) {
    return endless(event + 1) + 1;
  }

  static String deeper(String event) {
    throw new IllegalArgumentException(event);
  }

  public Object traced(String event) {
    return deeper(event);
  }

  public static class Traced implements RequestHandler<String, String> {
    @Override
    public String handleRequest(String event, Context context) {
      return deeper(event);
    }
  }

  public Map<String, String> likeAnError() {
    return Collections.singletonMap("errorMessage", "x");
  }
}
