package differential;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Handlers that fail. */
public class Errors {
  public static class Mine extends RuntimeException {
    public Mine(String message) {
      super(message);
    }
  }

  public static class Checked extends Exception {}

  public static class Localized extends RuntimeException {
    @Override
    public String getLocalizedMessage() {
      return "localized";
    }

    @Override
    public String getMessage() {
      return "plain";
    }
  }

  public static class NoTrace extends RuntimeException {
    public NoTrace() {
      super("no trace", null, false, false);
    }
  }

  public static class HostileMessage extends RuntimeException {
    @Override
    public String getMessage() {
      throw new IllegalStateException("hostile");
    }
  }

  public static class OwnTrace extends RuntimeException {
    public OwnTrace() {
      super("own trace");
      setStackTrace(
          new StackTraceElement[] {
            new StackTraceElement("made.Up", "method", "Up.java", 7),
            new StackTraceElement("made.Up", "nativeOne", null, -2),
            new StackTraceElement("made.Up", "unknown", null, -1),
          });
    }
  }

  private enum Hidden {
    ONE
  }

  public String mine(Object event) {
    throw new Mine("mine " + event);
  }

  public String checked(Object event) throws Checked {
    throw new Checked();
  }

  public String localized(Object event) {
    throw new Localized();
  }

  public String noTrace(Object event) {
    throw new NoTrace();
  }

  public String ownTrace(Object event) {
    throw new OwnTrace();
  }

  public String hostileMessage(Object event) {
    throw new HostileMessage();
  }

  public String noMessage(Object event) {
    throw new RuntimeException();
  }

  public String emptyMessage(Object event) {
    throw new RuntimeException("");
  }

  public String unicode(Object event) {
    throw new RuntimeException("ä € \uD83D\uDE00 \u2028 \u007f \u0001 \"quoted\" back\\slash / <tag>");
  }

  public String surrogate(Object event) {
    throw new RuntimeException("lone \uD800 surrogate");
  }

  public String lines(Object event) {
    throw new RuntimeException("one\ntwo\r\n\tthree");
  }

  public String longMessage(Object event) {
    char[] text = new char[20000];
    Arrays.fill(text, 'x');
    throw new RuntimeException(new String(text));
  }

  public String caused(Object event) {
    try {
      return deeper(event);
    } catch (IllegalStateException e) {
      throw new RuntimeException("caused", e);
    }
  }

  public String onlyCause(Object event) {
    throw new RuntimeException(new IOException("the cause"));
  }

  public String suppressed(Object event) {
    RuntimeException error = new RuntimeException("main");
    error.addSuppressed(new IOException("suppressed"));
    throw error;
  }

  private String deeper(Object event) {
    return deepest(event, 3);
  }

  private String deepest(Object event, int depth) {
    if (depth > 0) {
      return deepest(event, depth - 1);
    }
    throw new IllegalStateException("deepest");
  }

  public String nested(Object event) {
    return deeper(event);
  }

  public String inLambda(Object event) {
    Callable<String> callable = () -> deeper(event);
    try {
      return callable.call();
    } catch (IllegalStateException e) {
      throw e;
    } catch (Exception e) {
      throw new Mine("other");
    }
  }

  public Object inStream(Object event) {
    return Arrays.asList(1, 2).stream().map(x -> x / 0).toArray();
  }

  public Object inAnonymous(Object event) {
    return new Iterator<Object>() {
      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public Object next() {
        throw new UnsupportedOperationException("anonymous");
      }
    }.next();
  }

  public Object inReflection(Object event) throws Exception {
    return Errors.class.getMethod("mine", Object.class).invoke(this, event);
  }

  public Object inConstructor(Object event) {
    return new Object() {
      {
        deeper(event);
      }
    };
  }

  public Object inOtherThread(Object event) throws Exception {
    FutureTask<String> task = new FutureTask<>(() -> deeper(event));
    Thread thread = new Thread(task);
    thread.start();
    thread.join();
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  public Object nullPointer(Object event) {
    String text = null;
    return text.length();
  }

  public Object division(Object event) {
    return 1 / (event == null ? 0 : event.hashCode() * 0);
  }

  public Object index(Object event) {
    int[] two = new int[2];
    return two[5];
  }

  public Object listIndex(Object event) {
    return new ArrayList<>().get(3);
  }

  public Object textIndex(Object event) {
    return "abc".charAt(9);
  }

  public Object cast(Object event) {
    Object value = 1;
    return (String) value;
  }

  public Object number(Object event) {
    return Integer.parseInt("twelve");
  }

  public Object store(Object event) {
    Object[] array = new String[1];
    array[0] = 1;
    return array;
  }

  public Object negative(Object event) {
    return new int[-1];
  }

  public Object immutable(Object event) {
    return Collections.emptyList().add(null);
  }

  public Object concurrent(Object event) {
    List<Integer> list = new ArrayList<>(Arrays.asList(1, 2, 3));
    for (Integer each : list) {
      list.remove(each);
    }
    return list;
  }

  public Object noElement(Object event) {
    return Collections.emptyIterator().next();
  }

  public Object constant(Object event) {
    return Hidden.valueOf("TWO");
  }

  public Object noClass(Object event) throws Exception {
    return Class.forName("no.such.Class");
  }

  public Object noFile(Object event) throws IOException {
    return new java.io.FileInputStream("/no/such/file");
  }

  public Object noPath(Object event) throws IOException {
    return java.nio.file.Files.readAllBytes(java.nio.file.Paths.get("/no/such/file"));
  }

  public Object unchecked(Object event) {
    throw new UncheckedIOException("unchecked", new IOException("io"));
  }

  public Object asserted(Object event) {
    throw new AssertionError("asserted");
  }

  public Object anError(Object event) {
    throw new Error("an error");
  }

  public Object linkage(Object event) {
    throw new NoClassDefFoundError("made/Up");
  }

  public Object throwable(Object event) throws Throwable {
    throw new Throwable("throwable");
  }

  public Object sneaky(Object event) {
    throw Errors.<RuntimeException>sneak(new IOException("sneaky"));
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> T sneak(Throwable e) throws T {
    throw (T) e;
  }

  public Object interrupted(Object event) throws InterruptedException {
    throw new InterruptedException("interrupted");
  }

  public Object inFinally(Object event) {
    try {
      throw new Mine("body");
    } finally {
      Collections.emptyIterator().next();
    }
  }

  public Object inStatic(Object event) {
    return Broken.VALUE;
  }

  public static Object staticMethod(Object event) {
    throw new Mine("static");
  }

  public Object withContext(Object event, Context context) {
    throw new Mine(context.getAwsRequestId());
  }

  public Object typed(Map<String, Integer> event) {
    return event.get("a") + 1;
  }

  public void stream(java.io.InputStream in, java.io.OutputStream out) throws IOException {
    out.write('x');
    throw new IOException("after writing");
  }

  public Object noMemory(Object event) {
    throw new OutOfMemoryError("made up");
  }

  public Object ioError(Object event) {
    throw new java.io.IOError(new IOException("made up"));
  }

  public int overflow(int event) {
    return overflow(event + 1) + 1;
  }

  public Object threadDeath(Object event) {
    throw new ThreadDeath();
  }

  public Object exit(Object event) {
    System.exit(6);
    return event;
  }

  public Object exitAtPeace(Object event) {
    System.exit(0);
    return event;
  }

  public Object halt(Object event) {
    Runtime.getRuntime().halt(7);
    return event;
  }

  private static final class Broken {
    static final int VALUE = 1 / Integer.parseInt("0");
  }
}
