package conformance;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a handler keeps from one invocation to the next. */
public class State {
  private static int instances;
  private static int count;

  public State() {
    ++instances;
  }

  public Map<String, Integer> counted() {
    Map<String, Integer> answer = new LinkedHashMap<>();
    answer.put("imports", instances);
    answer.put("count", ++count);
    return answer;
  }

  /** Counts, and then does what the event says. */
  public Object failing(String event) {
    ++count;
    switch (event) {
      case "raise":
        throw new IllegalStateException("count " + count);
      case "marshal":
        return new Results.Ring();
      case "exit":
        Runtime.getRuntime().halt(3);
        return null;
      case "overflow":
        return endless(0);
      default:
        return count;
    }
  }

  private static int endless(int depth) {
    return endless(depth + 1) + 1;
  }
}
