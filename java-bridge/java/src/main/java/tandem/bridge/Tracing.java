package tandem.bridge;

/** The system property in which tracing libraries look for the running invocation's trace header (C-32). */
final class Tracing {
  private static final String PROPERTY = "com.amazonaws.xray.traceHeader";

  /** Whether an invocation has set the property since it was cleared last. */
  private static volatile boolean set;

  private Tracing() {}

  static void begin(Invocation invocation) {
    if (invocation.hasTrace()) {
      set = true;
      System.setProperty(PROPERTY, invocation.getXrayTraceId());
    } else if (set) {
      set = false;
      System.clearProperty(PROPERTY);
    }
  }
}
