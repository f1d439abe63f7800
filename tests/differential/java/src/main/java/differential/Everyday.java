package differential;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Small jobs over maps, lists and texts, as callers have them done. */
public class Everyday {
  private int calls;

  public Map<String, Object> mapProxy(Map<String, Object> event) {
    Map<String, Object> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "text/plain");
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("statusCode", event.containsKey("httpMethod") ? 200 : 400);
    answer.put("headers", headers);
    answer.put("body", "path " + event.get("path"));
    answer.put("isBase64Encoded", false);
    return answer;
  }

  public Map<String, Object> mapMerged(Map<String, Object> event) {
    Map<String, Object> answer = new HashMap<>();
    answer.put("a", "default");
    answer.put("source", "everyday");
    answer.putAll(event);
    return answer;
  }

  public Map<String, Object> mapWithout(Map<String, Object> event) {
    event.remove("a");
    return event;
  }

  public Map<String, Object> mapCounted(Map<String, Object> event) {
    event.put("calls", ++calls);
    return event;
  }

  public Map<String, Object> mapFound(Map<String, Object> event) {
    Map<String, Object> answer = new TreeMap<>();
    answer.put("found", event.containsKey("id") || event.containsKey("name"));
    answer.put("keys", new ArrayList<>(event.keySet()));
    return answer;
  }

  public Map<String, Object> mapBatch(Map<String, Object> event) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("batchItemFailures", new ArrayList<>());
    answer.put("of", event.size());
    return answer;
  }

  public Map<String, Object> mapEnvelope(Map<String, Object> event) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("version", "1.0");
    answer.put("detail", event);
    answer.put("errors", null);
    return answer;
  }

  public Map<String, Object> mapRenamed(Map<String, Object> event) {
    Map<String, Object> answer = new LinkedHashMap<>();
    event.forEach((key, value) -> answer.put("x_" + key, value));
    return answer;
  }

  public List<Object> mapPairs(Map<String, Object> event) {
    List<Object> answer = new ArrayList<>();
    event.forEach((key, value) -> answer.add(new ArrayList<>(Arrays.asList(key, value))));
    return answer;
  }

  public List<Map<String, Object>> mapRows(Map<String, Object> event) {
    List<Map<String, Object>> answer = new ArrayList<>();
    for (Map.Entry<String, Object> entry : event.entrySet()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("name", entry.getKey());
      row.put("value", entry.getValue());
      answer.add(row);
    }
    return answer;
  }

  public String mapLine(Map<String, Object> event) {
    return event.keySet().stream().sorted().collect(Collectors.joining(",", "<", ">"));
  }

  public String mapDescribed(Map<String, Object> event) {
    return "an event of " + event.size() + " members: " + new TreeMap<>(event);
  }

  public Object mapIsEmpty(Map<String, Object> event) {
    return event.isEmpty();
  }

  public Object mapFirstValue(Map<String, Object> event) {
    return event.isEmpty() ? null : event.values().iterator().next();
  }

  public Object mapOrDefault(Map<String, Object> event) {
    return event.getOrDefault("name", "nobody");
  }

  public Object mapChecked(Map<String, Object> event) {
    if (event.size() > 2) {
      throw new IllegalArgumentException("too many: " + event.size());
    }
    return "accepted";
  }

  public Object anyInEnvelope(Object event) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("ok", true);
    answer.put("event", event);
    return answer;
  }

  public Object anyOrText(Object event) {
    return event instanceof Map ? event : String.valueOf(event);
  }

  public List<Object> anyInList(Object event) {
    List<Object> answer = new ArrayList<>();
    answer.add("event");
    answer.add(event);
    return answer;
  }

  public List<Object> listTail(List<Object> event) {
    return new ArrayList<>(event.subList(Math.min(1, event.size()), event.size()));
  }

  public List<Object> listDistinct(List<Object> event) {
    return new ArrayList<>(new LinkedHashSet<>(event));
  }

  public Map<String, Object> listPage(List<Object> event) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("items", event);
    answer.put("count", event.size());
    answer.put("next", null);
    return answer;
  }

  public String textGreeting(String event) {
    return "Hello, " + event + "!";
  }

  public Map<String, Object> textFields(String event) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("text", event);
    answer.put("length", event.length());
    answer.put("blank", event.trim().isEmpty());
    return answer;
  }
}
