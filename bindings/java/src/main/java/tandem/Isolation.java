package tandem;

/** Where a function's handler runs. */
public enum Isolation {
  /** In worker processes of the function's own. */
  PROCESS,
  /**
   * In this process, with its environment and working directory, on the thread that invokes it: Java in this JVM. Python is
   * made for 8 MiB of stack ({@code -Xss8m}).
   */
  INLINE
}
