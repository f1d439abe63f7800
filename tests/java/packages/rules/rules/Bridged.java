package rules;

import java.util.function.Function;

/** What compilers of several languages make of a generic interface: a method, and a bridge to it (H-JAVA-55). */
public class Bridged implements Function<String, String> {
  @Override
  public String apply(String in) {
    return "text " + in;
  }
}
