package differential;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** What handlers take and return. */
public class Beans {
  public enum Colour {
    RED,
    GREEN {
      @Override
      public String toString() {
        return "not green";
      }
    }
  }

  public interface Named {
    String getName();
  }

  public abstract static class AbstractShape {
    public int sides;
  }

  public static class Pojo {
    private String firstName;
    private String lastName;
    private int n;
    private Integer a;

    public String getFirstName() {
      return firstName;
    }

    public void setFirstName(String firstName) {
      this.firstName = firstName;
    }

    public String getLastName() {
      return lastName;
    }

    public void setLastName(String lastName) {
      this.lastName = lastName;
    }

    public int getN() {
      return n;
    }

    public void setN(int n) {
      this.n = n;
    }

    public Integer getA() {
      return a;
    }

    public void setA(Integer a) {
      this.a = a;
    }
  }

  public static class Fields {
    public static String shared = "static";
    public transient String passing = "transient";
    public final String fixed = "fixed";
    public String a;
    public double b = 1.5;
    protected String hidden = "protected";
    private final String secret = "private";
  }

  public static class Nested {
    public Pojo pojo;
    public List<Fields> list;
    public Map<String, Pojo> map = new TreeMap<>();
    public Object a;
    public Colour colour = Colour.GREEN;
  }

  public static class GetterOnly {
    private final List<String> a = new ArrayList<>();

    public List<String> getA() {
      return a;
    }

    public String getComputed() {
      return "computed";
    }
  }

  public static class SetterOnly {
    private Object seen;

    public void setA(Object a) {
      seen = a;
    }

    public String getSeen() {
      return String.valueOf(seen);
    }
  }

  public static class Chained {
    private String a;

    public Chained setA(String a) {
      this.a = a;
      return this;
    }

    public String getA() {
      return a;
    }

    public Chained withB(String b) {
      return setA(b);
    }
  }

  public static class NoDefault {
    public final int a;

    public NoDefault(int a) {
      this.a = a;
    }
  }

  public static class Box<T> {
    public T a;
    public List<T> n;
  }

  public static class Derived extends Fields {
    public String c = "c";
    public String a = "hides";
  }

  public static class Node {
    public Node a;
    public Node next;
    public int b;
  }

  public static class Cased {
    private String value;

    public String getURL() {
      return value;
    }

    public void setURL(String url) {
      value = url;
    }

    public String getaName() {
      return "a";
    }

    public String getX() {
      return "x";
    }

    public String get() {
      return "none";
    }

    public String getXCoordinate() {
      return "xc";
    }
  }

  public static class Flags {
    public boolean isOpen() {
      return true;
    }

    public Boolean isBoxed() {
      return false;
    }

    public boolean getShut() {
      return false;
    }

    public boolean island() {
      return true;
    }
  }

  public static class Dated {
    public Date a = new Date(0);
    public Instant at = Instant.ofEpochSecond(1, 5);
    public LocalDate day = LocalDate.of(2020, 1, 2);
    public Optional<String> maybe = Optional.empty();
    public UUID id = new UUID(1, 2);
  }
}
