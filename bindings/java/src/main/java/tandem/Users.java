package tandem;

import java.util.concurrent.atomic.AtomicInteger;

/** Who uses a handle, which nobody may while it ends. */
final class Users {
  private static final int CLOSED = Integer.MIN_VALUE;

  private final AtomicInteger count = new AtomicInteger(); // and CLOSED on top
  private final ThreadLocal<int[]> ofThread = ThreadLocal.withInitial(() -> new int[1]);

  /** Begins to use it, until {@link #leave}; false: it has ended. */
  boolean enter() {
    for (int now = count.get(); now >= 0; now = count.get()) {
      if (count.compareAndSet(now, now + 1)) {
        ++ofThread.get()[0];
        return true;
      }
    }
    return false;
  }

  /** The same, also while its end waits for others. */
  boolean enterBesideOthers() {
    for (int now = count.get(); now != 0 && now != CLOSED; now = count.get()) {
      if (count.compareAndSet(now, now + 1)) {
        ++ofThread.get()[0];
        return true;
      }
    }
    return false;
  }

  void leave() {
    --ofThread.get()[0];
    if (count.decrementAndGet() == CLOSED) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  boolean isUsedHere() {
    return ofThread.get()[0] > 0;
  }

  boolean isClosed() {
    return count.get() < 0;
  }

  /** Lets nobody in any more, and waits until nobody is left; false: another has done so. */
  boolean close() {
    int now = count.get();
    while (now >= 0 && !count.compareAndSet(now, now + CLOSED)) {
      now = count.get();
    }
    if (now < 0) {
      return false;
    }
    awaitNobody();
    return true;
  }

  private synchronized void awaitNobody() {
    boolean interrupted = false;
    while (count.get() != CLOSED) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // what is used cannot be ended
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
