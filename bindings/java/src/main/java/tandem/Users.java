package tandem;

/** Who uses a handle, which nobody may while it ends. */
final class Users {
  private final ThreadLocal<Integer> ofThread = ThreadLocal.withInitial(() -> 0);
  private int count;
  private boolean closed;

  /** Begins to use it, until {@link #leave}; false: it has ended. */
  synchronized boolean enter() {
    if (closed) {
      return false;
    }
    ++count;
    ofThread.set(ofThread.get() + 1);
    return true;
  }

  synchronized void leave() {
    int left = ofThread.get() - 1;
    if (left == 0) {
      ofThread.remove();
    } else {
      ofThread.set(left);
    }
    if (--count == 0) {
      notifyAll();
    }
  }

  boolean isUsedHere() {
    return ofThread.get() > 0;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Lets nobody in any more, and waits until nobody is left; false: another has done so. */
  synchronized boolean close() {
    if (closed) {
      return false;
    }
    closed = true;
    boolean interrupted = false;
    while (count > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // what is used cannot be ended
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return true;
  }
}
