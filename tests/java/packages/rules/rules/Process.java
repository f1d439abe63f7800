package rules;

/** What the process tells Java code. */
public class Process {
  public String look(String name) {
    String value = System.getProperty(name);
    return value == null ? System.getenv(name) : value;
  }
}
