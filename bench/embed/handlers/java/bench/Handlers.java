package bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** The handlers of the benchmark. */
public class Handlers {
  public Map<String, String> w1(Map<String, String> event) {
    Map<String, String> answer = new LinkedHashMap<>();
    answer.put("message", "Hello " + event.get("first_name") + " " + event.get("last_name"));
    return answer;
  }

  public Object w2(Object event) {
    return event;
  }
}
