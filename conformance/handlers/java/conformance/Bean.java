package conformance;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** A property of each kind; what an event leaves out is null. */
public class Bean {
  public enum Colour {
    RED,
    GREEN
  }

  public Integer boxed;
  public Double real;
  public Boolean flag;
  public Character letter;
  public String text;
  public byte[] bytes;
  public Map<String, String> map;
  public Map<Integer, String> numbered;
  public List<Integer> list;
  public List<String> texts;
  public Set<Integer> set;
  public int[] array;
  public Colour colour;
  public Date date;
  public LocalDate day;
  public Optional<String> optional;
  public UUID uuid;
  public BigDecimal decimal;
  public BigInteger large;
  public Number number;
  public Bean inner;
  public List<Bean> beans;
}
