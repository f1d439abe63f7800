package differential;

import java.util.List;
import java.util.Map;

/** Handlers for events in UTF-16 and UTF-32. */
public class Wide {
  public Object any(Object event) {
    return event;
  }

  public <T> T variable(T event) {
    return event;
  }

  public String text(String event) {
    return event;
  }

  public Map<String, Object> map(Map<String, Object> event) {
    return event;
  }

  public List<String> list(List<String> event) {
    return event;
  }

  public int number(int event) {
    return event;
  }

  public Types.Pojo pojo(Types.Pojo event) {
    return event;
  }
}
