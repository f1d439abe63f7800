package bench;

import java.util.Collections;
import java.util.Map;

/** The benchmark's handler. */
public class Greeting {
  public Map<String, Object> greet(Map<String, Object> event) {
    return Collections.singletonMap("message", "Hello " + event.get("first_name") + " " + event.get("last_name"));
  }
}
