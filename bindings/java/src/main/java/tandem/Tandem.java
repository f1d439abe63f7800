package tandem;

import java.nio.file.Path;

/**
 * Java and Python handlers in this program. Begin here:
 *
 * <pre>{@code
 * try (var hello = Tandem.load("hello_python.my_handler", Path.of("deployment-package.zip"))) {
 *   Object answer = hello.apply(Map.of("first_name", "Ada", "last_name", "Lovelace"));
 * }
 * }</pre>
 */
public final class Tandem {
  private Tandem() {}

  private static TandemRuntime shared;

  /** The runtime of {@link #load}, which lives as long as the program. Errors: TandemException, each time. */
  private static synchronized TandemRuntime shared() {
    if (shared == null) {
      shared = runtime().build();
    }
    return shared;
  }

  /** libtandem's version, such as 0.1.0. */
  public static String version() {
    NativeLibrary.load("");
    return Native.text(Native.version());
  }

  /** How a runtime of one's own is made: with a log, with its own limits. */
  public static TandemRuntime.Builder runtime() {
    return new TandemRuntime.Builder();
  }

  /** Loads a function of values that JSON has: maps, lists, strings, numbers, booleans and null. */
  public static TandemFunction<Object, Object> load(String handler, Path code) {
    return shared().load(handler, code);
  }

  /** Loads a function of typed values, which Gson writes and reads. */
  public static <I, O> TandemFunction<I, O> load(String handler, Path code, Class<I> event, Class<O> response) {
    return shared().load(handler, code, LoadOptions.DEFAULT, event, response);
  }
}
