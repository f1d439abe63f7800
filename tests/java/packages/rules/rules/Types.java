package rules;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Date;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** One echo per type, and methods that say what they received. */
public class Types {
  /** An enum. */
  public enum Color {
    RED,
    GREEN
  }

  public int anInt(int in) {
    return in;
  }

  public long aLong(long in) {
    return in;
  }

  public short aShort(short in) {
    return in;
  }

  public byte aByte(byte in) {
    return in;
  }

  public double aDouble(double in) {
    return in;
  }

  public float aFloat(float in) {
    return in;
  }

  public boolean aBoolean(boolean in) {
    return in;
  }

  public char aChar(char in) {
    return in;
  }

  public Integer boxedInt(Integer in) {
    return in;
  }

  @SuppressWarnings("rawtypes")
  public Map rawMap(Map in) {
    return in;
  }

  public Long boxedLong(Long in) {
    return in;
  }

  public Double boxedDouble(Double in) {
    return in;
  }

  public Boolean boxedBoolean(Boolean in) {
    return in;
  }

  public String text(String in) {
    return in;
  }

  public byte[] bytes(byte[] in) {
    return in;
  }

  public String object(Object in) {
    return in == null ? "null" : in.getClass().getName();
  }

  public Object objectEcho(Object in) {
    return in;
  }

  public Map<String, String> textMap(Map<String, String> in) {
    return in;
  }

  public Map<Integer, String> intMap(Map<Integer, String> in) {
    return in;
  }

  public List<Integer> ints(List<Integer> in) {
    return in;
  }

  public List<String> texts(List<String> in) {
    return in;
  }

  public Set<Integer> set(Set<Integer> in) {
    return in;
  }

  public int[] intArray(int[] in) {
    return in;
  }

  public String pojoList(List<Pojo> in) {
    return in.size() + " " + in.get(0).getFirstName();
  }

  public Pojo pojo(Pojo in) {
    return in;
  }

  public Color color(Color in) {
    return in;
  }

  public EnumMap<Color, Integer> colorMap(EnumMap<Color, Integer> in) {
    return in;
  }

  public long date(Date in) {
    return in.getTime();
  }

  public Optional<String> optional(Optional<String> in) {
    return in;
  }

  public String localDate(LocalDate in) {
    return in.toString();
  }

  public UUID uuid(UUID in) {
    return in;
  }

  public URI uri(URI in) {
    return in;
  }

  public BigDecimal bigDecimal(BigDecimal in) {
    return in;
  }

  public BigInteger bigInteger(BigInteger in) {
    return in;
  }

  public Number number(Number in) {
    return in;
  }

  public Collection<Object> collection(Collection<Object> in) {
    return in;
  }

  public CharSequence sequence(CharSequence in) {
    return in;
  }

  public Iterable<Object> iterable(Iterable<Object> in) {
    return in;
  }

  public String[] textArray(String[] in) {
    return in;
  }

  public Object[] objects(Object[] in) {
    return in;
  }

  public Iterator<Integer> iterator(List<Integer> in) {
    return in.iterator();
  }

  public Instant instant(String in) {
    return Instant.parse(in);
  }
}
