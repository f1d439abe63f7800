package tandem.bridge;

/**
 * A function that cannot be used as it is: what its invoker is told, which may name the exception behind it but never shows a
 * stack trace (H-JAVA-11).
 */
final class Fault extends Exception {
  private static final long serialVersionUID = 1;

  /** Whether the environment must be replaced (H-JAVA-09, 24); otherwise the fault stays (H-JAVA-10). */
  final boolean fatal;

  /** What the log advises besides; null where there is nothing. */
  Hint hint;

  private Fault(String message, Throwable behind, boolean fatal) {
    super(message, behind, false, false);
    this.fatal = fatal;
  }

  static Fault of(String message) {
    return new Fault(message, null, false);
  }

  static Fault of(Throwable behind) {
    return new Fault(Traces.message(behind), behind, false);
  }

  static Fault of(String message, Throwable behind) {
    return new Fault(message, behind, false);
  }

  Fault advise(Hint advice) {
    hint = advice;
    return this;
  }

  static Fault fatal(Throwable behind) {
    return new Fault(Traces.message(behind), behind, true);
  }

  static Fault fatal(String message, Throwable behind) {
    return new Fault(message, behind, true);
  }
}
