package meeting;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

/** Where invocations of any functions wait for each other: only those that run at once get past. */
public class Meeting {
  private Meeting() {}

  /** Waits until as many are there as {@code place} says at its end: "trace 2". */
  public static void at(String place) {
    CyclicBarrier barrier;
    synchronized (System.getProperties()) {
      barrier = (CyclicBarrier) System.getProperties().get("meeting.Meeting." + place);
      if (barrier == null) {
        barrier = new CyclicBarrier(Integer.parseInt(place.substring(place.lastIndexOf(' ') + 1)));
        System.getProperties().put("meeting.Meeting." + place, barrier);
      }
    }
    try {
      barrier.await(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("nobody came to " + place, e);
    }
  }
}
