package twin;

/** Loaded inside the handler. */
public class Lazy {
  public static String name() {
    return "two";
  }
}
