package demo;

import java.lang.reflect.Field;
import java.util.concurrent.locks.ReentrantLock;

/** Handlers that do what JDKs warn of. */
public class Warned {
  private static int field;

  /** Uses what is deprecated for removal in sun.misc.Unsafe. */
  public String unsafe(Object event) throws Exception {
    Class<?> type = Class.forName("sun.misc.Unsafe");
    Field instance = type.getDeclaredField("theUnsafe");
    instance.setAccessible(true);
    Field own = Warned.class.getDeclaredField("field");
    type.getMethod("staticFieldOffset", Field.class).invoke(instance.get(null), own);
    return "used";
  }

  /** Loads native code, which is not there. */
  public String nativeCode(Object event) {
    try {
      System.load("/nowhere.so");
    } catch (UnsatisfiedLinkError expected) {
      return "tried";
    }
    return "loaded";
  }

  /** Overflows the stack, as often as has it happen where a lock is taken, too. */
  public String deepRecursion(Object event) {
    int overflows = 0;
    for (int i = 0; i < 100; ++i) {
      try {
        descend(new ReentrantLock(), i);
      } catch (StackOverflowError expected) {
        ++overflows;
      }
    }
    return overflows == 100 ? "overflowed" : "ended";
  }

  /** A few plain frames, and then nothing but locks. */
  private static void descend(ReentrantLock lock, int plain) {
    if (plain > 0) {
      descend(lock, plain - 1);
    } else {
      descend(lock);
    }
  }

  private static void descend(ReentrantLock lock) {
    lock.lock();
    try {
      descend(lock);
    } finally {
      lock.unlock();
    }
  }
}
