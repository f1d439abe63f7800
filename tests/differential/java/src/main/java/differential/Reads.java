package differential;

import com.amazonaws.services.lambda.runtime.Context;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Handlers whose answer depends on the event. */
public class Reads {
  public Object echo(Object event, Context context) {
    return event;
  }

  public String shown(Object event) {
    return String.valueOf(event);
  }

  public String kind(Object event) {
    return event == null ? "none" : event.getClass().getName();
  }

  public List<Object> twice(Object event) {
    List<Object> answer = new ArrayList<>();
    answer.add(event);
    answer.add(event);
    return answer;
  }

  public Map<String, Object> inside(Object event) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("event", event);
    answer.put("more", twice(event));
    return answer;
  }

  public Object[] array(Object event) {
    return new Object[] {event, 1, null};
  }

  public Map<Object, Object> asKey(Object event) {
    return Collections.singletonMap(event, "value");
  }

  public Map<String, Object> asTextKey(Object event) {
    return Collections.singletonMap(String.valueOf(event), event);
  }

  public Optional<Object> optional(Object event) {
    return Optional.ofNullable(event);
  }

  public String hello(Map<String, Object> event) {
    return "Hello " + event.get("first_name") + " " + event.get("last_name");
  }

  public Object first(List<Object> event) {
    return event.get(0);
  }

  public int size(Map<String, Object> event) {
    return event.size();
  }

  public int length(String event) {
    return event.length();
  }

  public String upper(String event) {
    return event.toUpperCase();
  }

  public String reversed(String event) {
    return new StringBuilder(event).reverse().toString();
  }

  public int plusOne(int event) {
    return event + 1;
  }

  public long product(long event) {
    return event * event;
  }

  public double half(double event) {
    return event / 2;
  }

  public float third(float event) {
    return event / 3;
  }

  public boolean not(boolean event) {
    return !event;
  }

  public int code(char event) {
    return event;
  }

  public BigDecimal scaled(BigDecimal event) {
    return event.movePointLeft(3);
  }

  public Object nested(Object event) {
    Object value = event;
    for (int i = 0; i < 10; i++) {
      value = Collections.singletonList(value);
    }
    return value;
  }

  public Object deep(Object event) {
    Object value = event;
    for (int i = 0; i < 30; i++) {
      List<Object> list = new ArrayList<>();
      list.add(value);
      value = list;
    }
    return value;
  }

  public Object tooDeep(Object event) {
    Object value = event;
    for (int i = 0; i < 1100; i++) {
      value = Collections.singletonList(value);
    }
    return value;
  }

  public Map<String, Object> sorted(Map<String, Object> event) {
    return new TreeMap<>(event);
  }

  public List<String> keys(Map<String, Object> event) {
    return new ArrayList<>(event.keySet());
  }

  public Object values(Map<String, Object> event) {
    return event.values();
  }

  public Object entries(Map<String, Object> event) {
    return event.entrySet();
  }

  public Map<String, Object> changed(Map<String, Object> event) {
    event.put("added", event.size());
    return event;
  }

  public int sum(List<Integer> event) {
    int sum = 0;
    for (int each : event) {
      sum += each;
    }
    return sum;
  }

  public String joined(List<String> event) {
    return String.join(",", event);
  }

  public String longText(Object event) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      text.append(event);
    }
    return text.toString();
  }

  public List<Object> many(Object event) {
    return Collections.nCopies(150, event);
  }

  public String raised(Object event) {
    throw new IllegalArgumentException(String.valueOf(event));
  }

  public Object cast(Object event) {
    return ((String) event).length();
  }

  public Object textInMap(Map<String, String> event) {
    for (String value : event.values()) {
      return value;
    }
    return "none";
  }

  public Object pojo(Types.Pojo event) {
    return event.getFirstName() + event.getN();
  }

  public static Object fixed(Object event) {
    return event;
  }

  public <T> T same(T event) {
    return event;
  }

  public <T extends Number> T sameNumber(T event) {
    return event;
  }
}
