package rules;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What results look like as JSON. */
public class Output {
  /** Property names and what is printed (J-69, J-70). */
  public static class Bean {
    public int publicField = 1;
    public static int staticField = 2;
    public transient int transientField = 3;
    private int hidden = 4;

    public String getURL() {
      return "u";
    }

    public String getaName() {
      return "a";
    }

    public boolean isOpen() {
      return true;
    }

    public Boolean isBoxed() {
      return true;
    }

    public String getAbsent() {
      return null;
    }
  }

  /** A bean that has nothing to print. */
  public static class Empty {}

  /** A bean that contains itself. */
  public static class Cycle {
    public Cycle getSelf() {
      return this;
    }
  }

  /** A getter that fails. */
  public static class Broken {
    public String getText() {
      throw new IllegalStateException("no text");
    }
  }

  /** A declared type. */
  public static class Base {
    public String getBase() {
      return "base";
    }
  }

  /** What is really returned. */
  public static class Sub extends Base {
    public String getSub() {
      return "sub";
    }
  }

  public Bean bean() {
    return new Bean();
  }

  public Empty empty() {
    return new Empty();
  }

  public Cycle cycle() {
    return new Cycle();
  }

  public Broken broken() {
    return new Broken();
  }

  public Base declared() {
    return new Sub();
  }

  public Object undeclared() {
    return new Sub();
  }

  public List<Base> declaredList() {
    return Arrays.asList(new Sub(), null);
  }

  public Map<String, Base> declaredMap() {
    return new LinkedHashMap<>(Collections.singletonMap("k", new Sub()));
  }

  public List<?> wildcards() {
    return Arrays.asList(new Sub());
  }

  public List<? extends Object> boundedWildcards() {
    return Arrays.asList(new Sub());
  }

  @SuppressWarnings("rawtypes")
  public List raw() {
    return Arrays.asList(new Sub());
  }

  @SuppressWarnings("unchecked")
  public <T> T variable() {
    return (T) new Sub();
  }

  /** A property of a type that is not the one of its value. */
  public static class Holder {
    public Base getInside() {
      return new Sub();
    }
  }

  public Holder nested() {
    return new Holder();
  }

  public Named declaredInterface() {
    return new Both();
  }

  /** What is declared of Both. */
  public interface Named {
    String getName();
  }

  /** More than is declared. */
  public static class Both implements Named {
    @Override
    public String getName() {
      return "name";
    }

    public String getMore() {
      return "more";
    }
  }

  public Map<String, Object> nulls() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("a", null);
    map.put("b", Arrays.asList(1, null));
    return map;
  }

  public List<Object> doubles() {
    return new ArrayList<>(
        Arrays.asList(100.0, 1e16, 1e-7, Double.NaN, Double.POSITIVE_INFINITY, new BigDecimal("1E+3"), 1.5f));
  }

  public String unicode() {
    return "\u00e9\u2028/<\u007f\uD834\uDD1E\n";
  }

  public String lone() {
    return "\uD800";
  }

  public InputStream stream() {
    return new ByteArrayInputStream(new byte[] {1});
  }

  public Date date() {
    return new Date(1234567890123L);
  }

  public LocalDate localDate() {
    return LocalDate.of(2020, 1, 2);
  }

  public char[] chars() {
    return "abc".toCharArray();
  }

  public Map<Object, Integer> keys() {
    Map<Object, Integer> map = new HashMap<>();
    map.put(5, 1);
    return map;
  }

  public String json() {
    return "{\"a\":1}";
  }

  public Comparable<String> comparable() {
    return "text";
  }

  /** Properties by fields, by a getter only, and by a field that cannot be changed (H-JAVA-70). */
  public static class Filled {
    public int open;
    public final Integer fixed = Integer.valueOf(0);
    private final List<Integer> hidden = new ArrayList<>();

    public List<Integer> getClosed() {
      return hidden;
    }
  }

  public String filled(Filled in) throws ReflectiveOperationException {
    return in.open + " " + in.getClosed() + " " + Filled.class.getField("fixed").get(in);
  }

  /** Properties in an order that is no alphabet's (J-71). */
  public static class Ordered {
    private int second = 2;
    private int first = 1;

    public int getGetterOnly() {
      return 3;
    }

    public int getFirst() {
      return first;
    }

    public int getSecond() {
      return second;
    }
  }

  public Ordered ordered() {
    return new Ordered();
  }

  public String large(int size) {
    char[] text = new char[size];
    Arrays.fill(text, 'x');
    return new String(text);
  }
}
