package twin;

/** The other of two classes with one name. */
public class Handler {
  private static int calls;

  public String handle(String in) throws Exception {
    return Class.forName("twin.Lazy").getMethod("name").invoke(null) + " " + ++calls;
  }

  /** The first call returns when the other twin is in it, too. */
  public String meet(String in) throws Exception {
    return Class.forName("twin.Late").getMethod("name").invoke(null) + " " + ++calls;
  }
}
