package twin;

/** One of two classes with one name. */
public class Handler {
  private static int calls;

  public String handle(String in) throws Exception {
    return Class.forName("twin.Lazy").getMethod("name").invoke(null) + " " + ++calls;
  }
}
