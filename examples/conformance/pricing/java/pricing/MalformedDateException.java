package pricing;

/** A time that is not in RFC 3339's form, or that no calendar has. */
public class MalformedDateException extends InvalidOrderException {
  public MalformedDateException(String text) {
    super("malformed date '" + text + "'");
  }
}
