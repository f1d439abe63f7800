package rules;

import java.io.IOError;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;

/** Handlers that fail. */
public class Failures {
  /** An exception of the user's own. */
  public static class MyError extends Exception {
    public MyError(String message) {
      super(message);
    }

    @Override
    public String getLocalizedMessage() {
      return "localized " + getMessage();
    }
  }

  public String runtime(Object in) {
    throw new RuntimeException("went wrong");
  }

  public String noMessage(Object in) {
    throw new IllegalStateException();
  }

  public String checked(Object in) throws Exception {
    throw new MyError("own");
  }

  public String assertion(Object in) {
    throw new AssertionError("asserted");
  }

  public String noClass(Object in) {
    throw new NoClassDefFoundError("gone/Away");
  }

  public String caused(Object in) {
    try {
      Integer.parseInt("x");
    } catch (NumberFormatException e) {
      IllegalStateException outer = new IllegalStateException("outer", e);
      outer.addSuppressed(new IOException("suppressed"));
      throw outer;
    }
    return null;
  }

  public String sneaky(Object in) {
    Failures.<RuntimeException>sneak(new IOException("sneaked"));
    return null;
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable e) throws T {
    throw (T) e;
  }

  public int overflow(int in) {
    return in == 0 ? 0 : deep(in);
  }

  private int deep(int in) {
    return deep(in + 1) + 1;
  }

  public int exhaust(Object in) {
    List<long[]> all = new ArrayList<>();
    while (true) {
      all.add(new long[Integer.MAX_VALUE - 8]);
    }
  }

  public String ioError(Object in) {
    throw new IOError(new IOException("disk"));
  }

  public String unicode(Object in) {
    throw new RuntimeException("\u00e9\uD834\uDD1E \"quoted\"\n\u007f\u2028\uD800");
  }

  public String tryInterrupt(Object in) {
    Thread.currentThread().interrupt();
    return "interrupted";
  }

  public boolean interrupted(Object in) {
    return Thread.currentThread().isInterrupted();
  }

  public String sleep(int millis) throws InterruptedException {
    Thread.sleep(millis);
    return "slept";
  }

  public String sayAndSleep(int millis) throws InterruptedException {
    System.out.println("sleeping");
    Thread.sleep(millis);
    return "slept";
  }

  /** An exception whose own methods throw. */
  public static class Hostile extends RuntimeException {
    @Override
    public String getMessage() {
      throw new IllegalStateException("in getMessage");
    }

    @Override
    public String toString() {
      throw new IllegalStateException("in toString");
    }

    @Override
    public synchronized Throwable getCause() {
      throw new IllegalStateException("in getCause");
    }
  }

  public String hostile(Object in) {
    throw new Hostile();
  }

  /** An exception whose trace is what its message says. */
  public static class Traced extends RuntimeException {
    public Traced(String message) {
      super(message);
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      switch (getMessage()) {
        case "null":
          return null;
        case "null element":
          return new StackTraceElement[] {null, new StackTraceElement("a.B", "c", "B.java", 1), null};
        default:
          throw new IllegalStateException("in getStackTrace");
      }
    }
  }

  public String traced(String message) {
    throw new Traced(message);
  }

  /** Not the one of the call itself, which is unwrapped. */
  public String wrapped(Object in) throws InvocationTargetException {
    throw new InvocationTargetException(new IOException("inner"), "the handler's own");
  }

  public String untilInterrupted(String what) {
    System.out.print(what);
    try {
      Thread.sleep(10_000);
      System.out.print("slept");
    } catch (InterruptedException e) {
      System.out.print("interrupted");
    }
    return what;
  }

  public String circular(Object in) {
    IllegalStateException outer = new IllegalStateException("outer");
    outer.initCause(new IOException("inner", outer));
    throw outer;
  }

  /** Its text has no end. */
  public static class EndlessText extends RuntimeException {
    @Override
    public String getMessage() {
      return getMessage() + toString();
    }
  }

  public int endlessText(int in) {
    if (in == 0) {
      return in;
    }
    throw new EndlessText();
  }
}
