package tandem.bridge;

/**
 * Which invocation a thread works for: the one that it serves, or, for a thread that a handler started, the one that was
 * running when it was started.
 */
final class Scope {
  private static final InheritableThreadLocal<Scope> OF_THREAD =
      new InheritableThreadLocal<Scope>() {
        @Override
        protected Scope initialValue() {
          return new Scope(null);
        }

        @Override
        protected Scope childValue(Scope parent) {
          return new Scope(parent == null ? null : parent.current);
        }
      };

  Invocation current;

  private Scope(Invocation current) {
    this.current = current;
  }

  static Scope ofThread() {
    return OF_THREAD.get();
  }
}
