package differential;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** Handlers whose answer is one value, whatever the event. */
public class Results {
  public void nothing() {}

  public Void aVoid() {
    return null;
  }

  public Object aNull() {
    return null;
  }

  public String nullText() {
    return null;
  }

  public String empty() {
    return "";
  }

  public String plain() {
    return "plain / text 'quoted' ~";
  }

  public String escaped() {
    return "a\"b\\c\n\r\t\b\f";
  }

  public String controls() {
    StringBuilder text = new StringBuilder();
    for (char c = 0; c < 32; c++) {
      text.append(c);
    }
    return text.append('\u007f').toString();
  }

  public String wide() {
    return "\u00e4\u00df\u20ac\u2028\u2029\uffff";
  }

  public String astral() {
    return new StringBuilder().appendCodePoint(0x1F600).appendCodePoint(0x10FFFF).toString();
  }

  public String lone() {
    return "a\uD800b";
  }

  public String loneLow() {
    return "\uDC00";
  }

  public String loneLast() {
    return "x\uDBFF";
  }

  public Map<String, String> loneKey() {
    return Collections.singletonMap("\uD800", "\uDFFF");
  }

  public String json() {
    return "{\"a\":1}";
  }

  public int anInt() {
    return Integer.MIN_VALUE;
  }

  public long aLong() {
    return Long.MAX_VALUE;
  }

  public byte aByte() {
    return -1;
  }

  public char aChar() {
    return 'ä';
  }

  public boolean yes() {
    return true;
  }

  public double aDouble() {
    return 0.1;
  }

  public float aFloat() {
    return 0.1f;
  }

  public double[] doubles() {
    return new double[] {
      100.0, 1e16, 1e-7, 1e-3, 1e7, 9999999.0, -0.0, Double.MIN_VALUE, Double.MAX_VALUE, 2.2250738585072014E-308, 1.0E23, 2.0E-3
    };
  }

  public float[] floats() {
    return new float[] {1e10f, 1.17549435E-38f, 3.4028235e38f, 0.001f, 16777216f};
  }

  public Object[] oddNumbers() {
    return new Object[] {
      Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Float.NaN, Float.NEGATIVE_INFINITY
    };
  }

  public double notANumber() {
    return Double.NaN;
  }

  public Object[] decimals() {
    return new Object[] {new BigDecimal("1E+3"), new BigDecimal("1.10"), new BigDecimal("0E-10"), BigInteger.TEN.pow(50)};
  }

  public BigDecimal decimal() {
    return new BigDecimal("-1.50");
  }

  public Number number() {
    return 5L;
  }

  public CharSequence characters() {
    return new StringBuilder("built");
  }

  public Comparable<String> comparable() {
    return "compared";
  }

  public Object object() {
    return new Object();
  }

  public Types.Pojo pojo() {
    return new Types.Pojo();
  }

  public Types.Nested nested() {
    Types.Nested value = new Types.Nested();
    value.pojo = new Types.Pojo();
    value.list = Arrays.asList(new Types.Fields(), null);
    value.map.put("k", value.pojo);
    value.map.put("null", null);
    value.a = new Types.Derived();
    return value;
  }

  public Object nestedAsObject() {
    return nested();
  }

  public Types.Fields declaredBase() {
    return new Types.Derived();
  }

  public List<Types.Fields> declaredList() {
    return Arrays.asList(new Types.Derived(), null);
  }

  public Map<String, Types.Fields> declaredMap() {
    return Collections.singletonMap("k", new Types.Derived());
  }

  public Types.Fields[] declaredArray() {
    return new Types.Fields[] {new Types.Derived()};
  }

  public Types.Named declaredInterface() {
    return new Types.Named() {
      @Override
      public String getName() {
        return "named";
      }

      public String getMore() {
        return "more";
      }
    };
  }

  public Types.Colour colour() {
    return Types.Colour.GREEN;
  }

  public Object colours() {
    return Types.Colour.values();
  }

  public Map<Types.Colour, Integer> enumKeys() {
    Map<Types.Colour, Integer> map = new EnumMap<>(Types.Colour.class);
    map.put(Types.Colour.GREEN, 1);
    return map;
  }

  public Map<Object, Object> manyKeys() {
    Map<Object, Object> map = new LinkedHashMap<>();
    map.put(1, "int");
    map.put(2.5, "double");
    map.put(true, "boolean");
    map.put('c', "char");
    map.put(new Date(0), "date");
    map.put(UUID.fromString("00000000-0000-0001-0000-000000000002"), "uuid");
    map.put(Arrays.asList(1, 2), "list");
    map.put(String.class, "class");
    return map;
  }

  public Map<String, Object> nullKey() {
    Map<String, Object> map = new HashMap<>();
    map.put(null, 1);
    return map;
  }

  public Map<String, Object> nullValues() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("a", null);
    map.put("b", Arrays.asList(1, null));
    map.put("c", new Object[] {null});
    map.put("d", Optional.empty());
    return map;
  }

  public Map<String, Object> emptyMap() {
    return new HashMap<>();
  }

  public List<Object> emptyList() {
    return new ArrayList<>();
  }

  public List<Object> nullList() {
    return null;
  }

  public List<Object> nullsInside() {
    return Arrays.asList(null, 1, null);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  public List<String> wrongElements() {
    return (List) Arrays.asList(1, true, "text");
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  public List<String> wrongElementsOfList() {
    return new ArrayList(Arrays.asList("text", 5));
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  public Map<String, Integer> wrongValues() {
    return new HashMap(Collections.singletonMap("k", "text"));
  }

  public Map<String, Object> treeMap() {
    Map<String, Object> map = new TreeMap<>();
    map.put("b", 1);
    map.put("a", Arrays.asList("x", 2L, false));
    return map;
  }

  public Map<String, Object> ownMap() {
    Map<String, Object> map = new LinkedHashMap<String, Object>() {
      @Override
      public int size() {
        return 7;
      }
    };
    map.put("k", "v");
    return map;
  }

  public List<Integer> range() {
    List<Integer> list = new ArrayList<>();
    for (int i = -200; i < 200; i++) {
      list.add(i * 7919);
    }
    return list;
  }

  public String longText() {
    char[] text = new char[5000];
    Arrays.fill(text, 'x');
    return new String(text);
  }

  public String longWide() {
    char[] text = new char[9000];
    Arrays.fill(text, 'ä');
    return new String(text);
  }

  public byte[] bytes() {
    return new byte[] {0, -1, 127, 65};
  }

  public char[] chars() {
    return "cha\"rs".toCharArray();
  }

  public Object bytesInside() {
    return Collections.singletonMap("b", new byte[] {1, 2});
  }

  public Iterator<Integer> iterator() {
    return Arrays.asList(1, 2).iterator();
  }

  public Iterable<Integer> iterable() {
    return () -> Arrays.asList(1, 2).iterator();
  }

  public Stream<Integer> stream() {
    return Stream.of(1, 2);
  }

  public InputStream inputStream() {
    return new ByteArrayInputStream(new byte[] {1});
  }

  public Optional<Types.Pojo> optional() {
    return Optional.of(new Types.Pojo());
  }

  public Object[] times() {
    return new Object[] {
      new Date(1577934245500L),
      Instant.ofEpochSecond(1577934245, 500000000),
      LocalDate.of(2020, 1, 2),
      LocalDateTime.of(2020, 1, 2, 3, 4, 5, 6),
      Duration.ofMillis(1500),
      new java.sql.Timestamp(0),
    };
  }

  public Date date() {
    return new Date(0);
  }

  public Object[] others() throws Exception {
    return new Object[] {
      new UUID(1, 2),
      new java.net.URI("http://a/b"),
      new java.net.URL("http://a/b"),
      String.class,
      int.class,
      java.util.Locale.GERMANY,
      java.util.Currency.getInstance("EUR"),
      java.util.regex.Pattern.compile("a+"),
      new java.util.concurrent.atomic.AtomicInteger(5),
      java.nio.charset.StandardCharsets.UTF_8,
      java.util.TimeZone.getTimeZone("UTC"),
    };
  }

  public Object itself() {
    List<Object> list = new ArrayList<>();
    list.add(list);
    return list;
  }

  public Types.Node selfNode() {
    Types.Node node = new Types.Node();
    node.next = node;
    return node;
  }

  public Object cycle() {
    Map<String, Object> a = new HashMap<>();
    Map<String, Object> b = new HashMap<>();
    a.put("b", b);
    b.put("a", a);
    return a;
  }

  public Object throwingGetter() {
    return new Object() {
      public String name = "name";

      public String getFails() {
        throw new IllegalStateException("getter");
      }
    };
  }

  public ThrowingGetter publicThrowingGetter() {
    return new ThrowingGetter();
  }

  public Object throwingList() {
    return new java.util.AbstractList<Object>() {
      @Override
      public Object get(int index) {
        throw new UnsupportedOperationException("get");
      }

      @Override
      public int size() {
        return 2;
      }
    };
  }

  public Thread thread() {
    return null;
  }

  public Exception exception() {
    return null;
  }

  public Runnable lambda() {
    return () -> {};
  }

  public Types.Box<Types.Pojo> box() {
    Types.Box<Types.Pojo> box = new Types.Box<>();
    box.a = new Types.Pojo();
    return box;
  }

  public Types.Cased cased() {
    return new Types.Cased();
  }

  public Types.Flags flags() {
    return new Types.Flags();
  }

  public Types.Dated dated() {
    return new Types.Dated();
  }

  public static class ThrowingGetter {
    public String getAbove() {
      return "above";
    }

    public String getBelow() {
      throw new IllegalStateException("below");
    }
  }
}
