package sdk;

/** A handler that others invoke. */
public class Answerer {
  public String handle(String event) {
    if (event.equals("fail")) throw new IllegalStateException("on purpose");
    return event + ", says Java";
  }
}
