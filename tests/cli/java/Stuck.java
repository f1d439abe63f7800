package demo;

import java.io.IOException;
import java.util.List;

/** Handlers that say where they are, and stay there. */
public class Stuck {
  /** Its class never gets ready. */
  public static class Initialising {
    private static final int NUMBER = new Stuck().sleep(null);

    public int handle(Object event) {
      return NUMBER;
    }
  }

  public int sleep(Object event) {
    System.out.println("ready");
    while (true) {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        // stays
      }
    }
  }

  public int loop(Object event) {
    System.out.println("ready");
    int count = 0;
    while (count >= 0) {
      count = (count + 1) & Integer.MAX_VALUE;
    }
    return count;
  }

  /** In native code. */
  public int read(Object event) throws IOException {
    System.out.println("ready");
    return System.in.read();
  }

  public Object threads(Object event) throws InterruptedException {
    Thread thread = new Thread(() -> sleep(event));
    thread.start();
    thread.join();
    return event;
  }

  public List<Integer> same(List<Integer> event) {
    return event;
  }
}
