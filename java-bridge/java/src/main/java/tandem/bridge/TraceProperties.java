package tandem.bridge;

import java.util.Properties;

/**
 * The system properties, of which one is the invocation's own: that in which tracing libraries look for the trace header
 * (C-32). Each thread finds the value of the invocation that it works for, so invocations at once do not see each other's;
 * what user code puts there is its invocation's, too. Enumerations leave the property out.
 */
final class TraceProperties extends Properties {
  private static final String PROPERTY = "com.amazonaws.xray.traceHeader";

  private TraceProperties() {}

  /** Takes the place of the VM's properties, with all that they hold. */
  static void install() {
    TraceProperties properties = new TraceProperties();
    properties.putAll(System.getProperties());
    System.setProperties(properties);
  }

  /** The invocation whose value is meant; null: another property, or no invocation. */
  private static Invocation owner(Object key) {
    return PROPERTY.equals(key) ? Scope.ofThread().current : null;
  }

  @Override
  public String getProperty(String key) {
    Invocation invocation = owner(key);
    return invocation == null ? super.getProperty(key) : invocation.traceHeader();
  }

  @Override
  public Object get(Object key) {
    Invocation invocation = owner(key);
    return invocation == null ? super.get(key) : invocation.traceHeader();
  }

  @Override
  public Object getOrDefault(Object key, Object otherwise) {
    Object value = get(key);
    return value == null ? otherwise : value;
  }

  @Override
  public boolean containsKey(Object key) {
    return get(key) != null;
  }

  @Override
  public synchronized Object put(Object key, Object value) {
    Invocation invocation = owner(key);
    return invocation == null ? super.put(key, value) : invocation.setTraceHeader(value.toString());
  }

  @Override
  public synchronized Object remove(Object key) {
    Invocation invocation = owner(key);
    return invocation == null ? super.remove(key) : invocation.setTraceHeader(null);
  }
}
