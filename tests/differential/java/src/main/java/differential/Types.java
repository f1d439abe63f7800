package differential;

import java.io.File;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.Period;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Collection;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.SortedSet;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/** One handler for each type: what was read is written. */
@SuppressWarnings("rawtypes")
public class Types extends Beans {
  public int anInt(int event) {
    return event;
  }

  public long aLong(long event) {
    return event;
  }

  public short aShort(short event) {
    return event;
  }

  public byte aByte(byte event) {
    return event;
  }

  public double aDouble(double event) {
    return event;
  }

  public float aFloat(float event) {
    return event;
  }

  public boolean aBoolean(boolean event) {
    return event;
  }

  public char aChar(char event) {
    return event;
  }

  public Integer boxedInt(Integer event) {
    return event;
  }

  public Long boxedLong(Long event) {
    return event;
  }

  public Short boxedShort(Short event) {
    return event;
  }

  public Byte boxedByte(Byte event) {
    return event;
  }

  public Double boxedDouble(Double event) {
    return event;
  }

  public Float boxedFloat(Float event) {
    return event;
  }

  public Boolean boxedBoolean(Boolean event) {
    return event;
  }

  public Character boxedChar(Character event) {
    return event;
  }

  public String text(String event) {
    return event;
  }

  public Object any(Object event) {
    return event;
  }

  public Number number(Number event) {
    return event;
  }

  public CharSequence characters(CharSequence event) {
    return event;
  }

  public StringBuilder builder(StringBuilder event) {
    return event;
  }

  public Map rawMap(Map event) {
    return event;
  }

  public Map<String, Object> anyMap(Map<String, Object> event) {
    return event;
  }

  public Map<String, String> textMap(Map<String, String> event) {
    return event;
  }

  public Map<String, Integer> intMap(Map<String, Integer> event) {
    return event;
  }

  public Map<Integer, String> keyedMap(Map<Integer, String> event) {
    return event;
  }

  public Map<String, List<Integer>> mapOfLists(Map<String, List<Integer>> event) {
    return event;
  }

  public Map<String, Pojo> mapOfPojos(Map<String, Pojo> event) {
    return event;
  }

  public Map<String, ?> wildcardMap(Map<String, ?> event) {
    return event;
  }

  public HashMap<String, Object> hashMap(HashMap<String, Object> event) {
    return event;
  }

  public LinkedHashMap<String, Object> linkedMap(LinkedHashMap<String, Object> event) {
    return event;
  }

  public TreeMap<String, Object> treeMap(TreeMap<String, Object> event) {
    return event;
  }

  public ConcurrentHashMap<String, Object> concurrentMap(ConcurrentHashMap<String, Object> event) {
    return event;
  }

  public EnumMap<Colour, Integer> enumMap(EnumMap<Colour, Integer> event) {
    return event;
  }

  public Properties properties(Properties event) {
    return event;
  }

  public List rawList(List event) {
    return event;
  }

  public List<Object> anyList(List<Object> event) {
    return event;
  }

  public List<String> textList(List<String> event) {
    return event;
  }

  public List<Integer> intList(List<Integer> event) {
    return event;
  }

  public List<Long> longList(List<Long> event) {
    return event;
  }

  public List<Double> doubleList(List<Double> event) {
    return event;
  }

  public List<Boolean> booleanList(List<Boolean> event) {
    return event;
  }

  public List<List<String>> listOfLists(List<List<String>> event) {
    return event;
  }

  public List<Map<String, Object>> listOfMaps(List<Map<String, Object>> event) {
    return event;
  }

  public List<Pojo> pojoList(List<Pojo> event) {
    return event;
  }

  public List<?> wildcardList(List<?> event) {
    return event;
  }

  public ArrayList<Object> arrayList(ArrayList<Object> event) {
    return event;
  }

  public LinkedList<String> linkedList(LinkedList<String> event) {
    return event;
  }

  public Set<String> set(Set<String> event) {
    return event;
  }

  public SortedSet<String> sortedSet(SortedSet<String> event) {
    return event;
  }

  public EnumSet<Colour> enumSet(EnumSet<Colour> event) {
    return event;
  }

  public Collection<Object> collection(Collection<Object> event) {
    return event;
  }

  public Iterable<String> iterable(Iterable<String> event) {
    return event;
  }

  public Queue<String> queue(Queue<String> event) {
    return event;
  }

  public ArrayDeque<String> deque(ArrayDeque<String> event) {
    return event;
  }

  public Iterator<String> iterator(Iterator<String> event) {
    return event;
  }

  public int[] intArray(int[] event) {
    return event;
  }

  public long[] longArray(long[] event) {
    return event;
  }

  public double[] doubleArray(double[] event) {
    return event;
  }

  public boolean[] booleanArray(boolean[] event) {
    return event;
  }

  public String[] textArray(String[] event) {
    return event;
  }

  public Object[] anyArray(Object[] event) {
    return event;
  }

  public byte[] bytes(byte[] event) {
    return event;
  }

  public char[] chars(char[] event) {
    return event;
  }

  public int[][] table(int[][] event) {
    return event;
  }

  public Pojo[] pojoArray(Pojo[] event) {
    return event;
  }

  public Pojo pojo(Pojo event) {
    return event;
  }

  public Fields fields(Fields event) {
    return event;
  }

  public Nested nested(Nested event) {
    return event;
  }

  public GetterOnly getterOnly(GetterOnly event) {
    return event;
  }

  public SetterOnly setterOnly(SetterOnly event) {
    return event;
  }

  public Chained chained(Chained event) {
    return event;
  }

  public NoDefault noDefault(NoDefault event) {
    return event;
  }

  public AbstractShape abstractType(AbstractShape event) {
    return event;
  }

  public Named interfaceType(Named event) {
    return event;
  }

  public Box<Integer> generic(Box<Integer> event) {
    return event;
  }

  public Box<Pojo> genericPojo(Box<Pojo> event) {
    return event;
  }

  public Derived inherited(Derived event) {
    return event;
  }

  public Node recursive(Node event) {
    return event;
  }

  public Cased cased(Cased event) {
    return event;
  }

  public Flags boolean_(Flags event) {
    return event;
  }

  public Dated dated(Dated event) {
    return event;
  }

  public Comparable bounded(Comparable event) {
    return event;
  }

  public Colour colour(Colour event) {
    return event;
  }

  public Date date(Date event) {
    return event;
  }

  public Calendar calendar(Calendar event) {
    return event;
  }

  public Optional<String> optional(Optional<String> event) {
    return event;
  }

  public OptionalInt optionalInt(OptionalInt event) {
    return event;
  }

  public Instant instant(Instant event) {
    return event;
  }

  public LocalDate localDate(LocalDate event) {
    return event;
  }

  public LocalTime localTime(LocalTime event) {
    return event;
  }

  public LocalDateTime localDateTime(LocalDateTime event) {
    return event;
  }

  public ZonedDateTime zoned(ZonedDateTime event) {
    return event;
  }

  public Duration duration(Duration event) {
    return event;
  }

  public Period period(Period event) {
    return event;
  }

  public Month month(Month event) {
    return event;
  }

  public UUID uuid(UUID event) {
    return event;
  }

  public URI uri(URI event) {
    return event;
  }

  public URL url(URL event) {
    return event;
  }

  public BigDecimal decimal(BigDecimal event) {
    return event;
  }

  public BigInteger bigInteger(BigInteger event) {
    return event;
  }

  public Locale locale(Locale event) {
    return event;
  }

  public Currency currency(Currency event) {
    return event;
  }

  public Pattern pattern(Pattern event) {
    return event;
  }

  public TimeZone timeZone(TimeZone event) {
    return event;
  }

  public Charset charset(Charset event) {
    return event;
  }

  public Class<?> aClass(Class<?> event) {
    return event;
  }

  public File file(File event) {
    return event;
  }

  public AtomicInteger atomicInt(AtomicInteger event) {
    return event;
  }

  public AtomicLong atomicLong(AtomicLong event) {
    return event;
  }

  public AtomicBoolean atomicBoolean(AtomicBoolean event) {
    return event;
  }

  public AtomicReference<String> atomicReference(AtomicReference<String> event) {
    return event;
  }

  public BitSet bitSet(BitSet event) {
    return event;
  }

  public ByteBuffer buffer(ByteBuffer event) {
    return event;
  }

  public Serializable serializable(Serializable event) {
    return event;
  }

  public Void aVoid(Void event) {
    return event;
  }
}
