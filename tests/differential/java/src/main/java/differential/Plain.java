package differential;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Handlers over the JDK's own maps, lists and texts, as most handlers are. */
public class Plain {
  public Object anyEcho(Object event) {
    return event;
  }

  public Object anyKind(Object event) {
    return event.getClass().getSimpleName();
  }

  public List<Object> anyTwice(Object event) {
    return new ArrayList<>(Arrays.asList(event, event));
  }

  public Map<String, Object> anyInside(Object event) {
    Map<String, Object> answer = new HashMap<>();
    answer.put("event", event);
    return answer;
  }

  public Object anyFixed(Object event) {
    return "fixed";
  }

  public Object anyYes(Object event) {
    return true;
  }

  public Object anyNumber(Object event) {
    return event.toString().length();
  }

  public Object anyNothing(Object event) {
    return null;
  }

  public Map<String, Object> mapEcho(Map<String, Object> event) {
    return event;
  }

  public Map<String, Object> mapSorted(Map<String, Object> event) {
    return new TreeMap<>(event);
  }

  public Map<String, Object> mapCopied(Map<String, Object> event) {
    return new LinkedHashMap<>(event);
  }

  public Map<String, Object> mapWithMore(Map<String, Object> event) {
    event.put("added", event.size());
    return event;
  }

  public Map<String, Object> mapWithNull(Map<String, Object> event) {
    event.put("none", null);
    return event;
  }

  public Map<String, Object> mapResponse(Map<String, Object> event) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("statusCode", 200);
    answer.put("body", String.valueOf(event.get("id")));
    answer.put("headers", new TreeMap<>());
    return answer;
  }

  public Map<String, String> mapTexts(Map<String, Object> event) {
    Map<String, String> answer = new LinkedHashMap<>();
    event.forEach((key, value) -> answer.put(key, String.valueOf(value)));
    return answer;
  }

  public List<String> mapKeys(Map<String, Object> event) {
    return new ArrayList<>(event.keySet());
  }

  public List<Object> mapValues(Map<String, Object> event) {
    return new ArrayList<>(event.values());
  }

  public String mapHello(Map<String, Object> event) {
    return "Hello " + event.get("first_name") + " " + event.get("last_name");
  }

  public Object mapSize(Map<String, Object> event) {
    return event.size();
  }

  public Object mapHas(Map<String, Object> event) {
    return event.containsKey("a");
  }

  public Object mapNeeds(Map<String, Object> event) {
    return event.get("id").toString();
  }

  public Object mapCast(Map<String, Object> event) {
    return (Integer) event.getOrDefault("n", 7);
  }

  public Object mapMissing(Map<String, Object> event) {
    throw new IllegalArgumentException("nothing for " + event.keySet());
  }

  public Object mapNested(Map<String, Object> event) {
    Object value = event;
    for (int i = 0; i < 8; i++) {
      Map<String, Object> outer = new HashMap<>();
      outer.put("in", value);
      value = outer;
    }
    return value;
  }

  public Object mapLong(Map<String, Object> event) {
    return (long) event.hashCode() * Integer.MAX_VALUE;
  }

  @SuppressWarnings("rawtypes")
  public Map mapRaw(Map event) {
    return event;
  }

  public Map<String, Object> mapNoBlanks(Map<String, Object> event) {
    Map<String, Object> answer = new TreeMap<>();
    event.forEach((key, value) -> answer.put(key.replace(" ", ""), value));
    return answer;
  }

  public Map<String, Object> mapWithFalse(Map<String, Object> event) {
    event.replaceAll((key, value) -> false);
    return event;
  }

  public List<Object> listEcho(List<Object> event) {
    return event;
  }

  public List<Object> listReversed(List<Object> event) {
    java.util.Collections.reverse(event);
    return event;
  }

  public Object listFirst(List<Object> event) {
    return event.get(0);
  }

  public Object listSize(List<Object> event) {
    return event.size();
  }

  public List<Object> listTwice(List<Object> event) {
    List<Object> answer = new ArrayList<>(event);
    answer.addAll(event);
    return answer;
  }

  public List<Object> listOfIt(List<Object> event) {
    return new ArrayList<>(Arrays.asList(1, event, null, "end"));
  }

  @SuppressWarnings("rawtypes")
  public List listRaw(List event) {
    return event;
  }

  public Map<String, Object> listAsMap(List<Object> event) {
    Map<String, Object> answer = new LinkedHashMap<>();
    for (Object each : event) {
      answer.put("k" + answer.size(), each);
    }
    return answer;
  }

  public String listText(List<Object> event) {
    return event.toString();
  }

  public List<Map<String, Object>> listOfMaps(List<Map<String, Object>> event) {
    return event;
  }

  public String textEcho(String event) {
    return event;
  }

  public String textUpper(String event) {
    return event.toUpperCase();
  }

  public List<String> textParts(String event) {
    return new ArrayList<>(Arrays.asList(event.split("[,. ]")));
  }

  public Map<String, String> textAsMap(String event) {
    Map<String, String> answer = new HashMap<>();
    answer.put(event, event);
    return answer;
  }

  public Object textLength(String event) {
    return event.length();
  }

  public Object textParsed(String event) {
    return Integer.parseInt(event);
  }
}
