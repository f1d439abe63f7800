package rules;

/** A handler that counts its invocations, until one of them is its process's last. */
public class Fatal {
  private static int calls;
  private static Object[] kept;

  public int handle(String how) throws InterruptedException {
    switch (how) {
      case "overflow":
        return deep(0);
      case "array":
        return new long[Integer.MAX_VALUE].length;
      case "exhaust":
        return exhaust(1 << 20);
      case "wait":
        while (true) {
          Thread.sleep(1000);
        }
      default:
        return ++calls;
    }
  }

  private static int deep(int in) {
    return deep(in + 1) + 1;
  }

  /** Leaves nothing of the heap, and keeps it. */
  static int exhaust(int size) {
    while (true) {
      try {
        kept = new Object[] {kept, new byte[size]};
      } catch (OutOfMemoryError e) {
        if (size == 0) {
          throw e;
        }
        size /= 2;
      }
    }
  }
}
