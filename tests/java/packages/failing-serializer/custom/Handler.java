package custom;

/** Echoes what the package's serializer made. */
public class Handler {
  public String handle(String in) {
    return in;
  }
}
