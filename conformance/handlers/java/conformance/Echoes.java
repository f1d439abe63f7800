package conformance;

import com.amazonaws.services.lambda.runtime.Context;
import java.util.Map;

/** Handlers that show their event. */
public class Echoes {
  public Object echo(Object event) {
    return event;
  }

  /** The event's class and text. */
  public String kind(Object event) {
    return event == null ? "null" : event.getClass().getSimpleName() + " " + event;
  }

  public Map<String, String> greet(Map<String, String> event, Context context) {
    context.getLogger().log("greeting " + event.get("first_name") + "\n");
    event.put("message", "Hello " + event.remove("first_name") + " " + event.remove("last_name"));
    return event;
  }

  /** The seed's example. */
  public String number(int n, Context context) {
    context.getLogger().log("received : " + n);
    return String.valueOf(n);
  }
}
