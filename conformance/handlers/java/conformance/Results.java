package conformance;

import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** What handlers return; the event names it. */
public class Results {
  public static class Empty {}

  public static class Names {
    public String getFirstName() {
      return "first";
    }

    public String getURL() {
      return "url";
    }

    public String getaName() {
      return "a";
    }

    public boolean isPlain() {
      return true;
    }

    public Boolean isBoxed() {
      return true;
    }
  }

  public static class Fields {
    public static final String SHARED = "static";
    public String shown = "public";
    public transient String passing = "transient";
    protected String hidden = "protected";
    private String secret = "private";
  }

  public static class Ring {
    public Ring getItself() {
      return this;
    }
  }

  public static class Throwing {
    public String getValue() {
      throw new IllegalStateException("no value");
    }
  }

  public static class Base {
    public String base = "base";
  }

  public static class Sub extends Base {
    public String sub = "sub";
  }

  public static class Holder {
    public Base held = new Sub();
  }

  private static final Map<String, Callable<Object>> RESULTS = new HashMap<>();

  static {
    RESULTS.put("none", () -> null);
    RESULTS.put("compound", () -> map("a", 1, "b", Arrays.asList(1, 2)));
    RESULTS.put("text", () -> "text");
    RESULTS.put("JSON text", () -> "{\"a\": 1}");
    RESULTS.put("beyond ASCII", () -> "ä \u2028 \u007f </>");
    RESULTS.put("beyond the BMP", () -> "\uD834\uDD1E");
    RESULTS.put("lone surrogate", () -> "\uD800");
    RESULTS.put("nulls", () -> map("list", Arrays.asList(1, null), "value", null, "bean", new Bean()));
    RESULTS.put("names", Names::new);
    RESULTS.put("fields", Fields::new);
    RESULTS.put("nan", () -> new double[] {Double.NaN, 1 / 0.0, -1 / 0.0});
    RESULTS.put("doubles", () -> new double[] {100, 1e16, 1e-7, -0.0});
    RESULTS.put("floats", () -> new float[] {0.1f, 1e10f});
    RESULTS.put("large", () -> BigInteger.ONE.shiftLeft(100));
    RESULTS.put("decimals", () -> new BigDecimal[] {new BigDecimal("1.10"), new BigDecimal("1E+3")});
    RESULTS.put("empty bean", Empty::new);
    RESULTS.put("input stream", () -> new ByteArrayInputStream(new byte[] {1}));
    RESULTS.put("keys", () -> map(1, "a", Bean.Colour.RED, "b", true, "c"));
    RESULTS.put("characters", () -> new char[] {'a', 'b'});
    RESULTS.put("date", () -> new Date(1_577_934_245_000L));
    RESULTS.put("day", () -> LocalDate.of(2020, 1, 2));
    RESULTS.put("instant", () -> Instant.ofEpochSecond(1_577_934_245L));
    RESULTS.put("optionals", () -> Arrays.asList(Optional.of(1), Optional.empty()));
    RESULTS.put("enum", () -> Bean.Colour.GREEN);
    RESULTS.put("bytes", () -> new byte[] {'a', 'b', 'c'});
    RESULTS.put("iterator", () -> Arrays.asList(1, 2).iterator());
    RESULTS.put("ring", Ring::new);
    RESULTS.put("throwing getter", Throwing::new);
    RESULTS.put("held", Holder::new);
    RESULTS.put("subclass", Sub::new);
  }

  private static Map<Object, Object> map(Object... keysAndValues) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  public Object result(String event) throws Exception {
    return RESULTS.get(event).call();
  }

  public Base asBase() {
    return new Sub();
  }

  public List<Base> listOfBase() {
    return new ArrayList<>(Collections.singletonList(new Sub()));
  }

  public Comparable<String> comparable() {
    return "text";
  }

  public void nothing() {}
}
