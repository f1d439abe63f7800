package soak;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;

/** Reads a field through null, again and again. */
public class Nulls {
  private static final Pattern COMPILED =
      Pattern.compile("soak\\.Nulls\\.read\\(.*\\[(0x[0-9a-f]+), 0x[0-9a-f]+ - (0x[0-9a-f]+)\\]");

  private Nulls value;
  private int number;

  /** Not inlined, by an option of the VM, so that its code is where `compiled` says. */
  private static int read(Nulls from) {
    return from.number;
  }

  /** How many of `count` reads threw the exception, each with a stack trace of its own. */
  public int provoke(int count) {
    int caught = 0;
    NullPointerException last = null;
    for (int i = 0; i < count; ++i) {
      try {
        number += read(value);
      } catch (NullPointerException e) {
        if (e != last && e.getStackTrace().length > 1) {
          ++caught;
        }
        last = e;
      }
    }
    return caught;
  }

  /** Where the compiled code of `read` lies, as "begin end"; empty while there is none. */
  public static String compiled() throws JMException {
    Matcher found = COMPILED.matcher(Meter.diagnose("compilerCodelist"));
    return found.find() ? found.group(1) + " " + found.group(2) : "";
  }
}
