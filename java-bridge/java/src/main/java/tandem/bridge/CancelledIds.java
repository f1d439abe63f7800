package tandem.bridge;

import java.util.Arrays;

/**
 * Ids of invocations that are to yield, some of which may not have begun in this VM.
 *
 * <p>Of ids that nothing here has any more, the last ones stay. Threads: any; a look takes no lock.
 */
final class CancelledIds {
  static final int MOST = 256;

  private volatile byte[][] ids = {};

  synchronized void add(byte[] id) {
    byte[][] known = ids;
    for (byte[] one : known) {
      if (Arrays.equals(one, id)) {
        return;
      }
    }
    byte[][] all = Arrays.copyOfRange(known, Math.max(0, known.length - (MOST - 1)), known.length + 1);
    all[all.length - 1] = id;
    ids = all;
  }

  boolean contains(Invocation invocation) {
    for (byte[] id : ids) {
      if (invocation.hasId(id)) {
        return true;
      }
    }
    return false;
  }

  /** An invocation of the same id may follow (C-27). */
  void remove(Invocation invocation) {
    if (contains(invocation)) {
      removeKnown(invocation);
    }
  }

  private synchronized void removeKnown(Invocation invocation) {
    ids = Arrays.stream(ids).filter(id -> !invocation.hasId(id)).toArray(byte[][]::new);
  }
}
