package conformance;

import java.util.List;
import java.util.Map;

/** What an event becomes; each answers what it got. */
public class Types {
  public static class Primitives {
    public int whole;
    public byte small;
    public double real;
    public boolean flag;
    public char letter;
  }

  public int whole(int event) {
    return event;
  }

  public String text(String event) {
    return event;
  }

  public byte[] bytes(byte[] event) {
    return event;
  }

  public Map<String, String> map(Map<String, String> event) {
    return event;
  }

  public Primitives primitives(Primitives event) {
    return event;
  }

  public Bean bean(Bean event) {
    return event;
  }

  public Person person(Person event) {
    return event;
  }

  public List<Person> people(List<Person> event) {
    return event;
  }
}
