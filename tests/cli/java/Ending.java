package demo;

/** Handlers that do not come back, or not as they should. */
public class Ending {
  public String sleep(Object event) throws InterruptedException {
    Thread.sleep(Long.MAX_VALUE);
    return "awake";
  }

  public String loop(Object event) {
    long count = 0;
    while (count >= 0) {
      count = (count + 1) & Integer.MAX_VALUE;
    }
    return "ended";
  }

  /** Waits where no interrupt reaches. */
  public String read(Object event) throws java.io.IOException {
    return "read " + System.in.read();
  }

  public String exit(int status) {
    System.out.println("leaving");
    System.exit(status);
    return "still here";
  }

  public String halt(int status) {
    Runtime.getRuntime().halt(status);
    return "still here";
  }

  /** As a crash of native code ends the process. */
  public String crash(Object event) throws Exception {
    String pid = java.lang.management.ManagementFactory.getRuntimeMXBean().getName().split("@")[0];
    new ProcessBuilder("kill", "-SEGV", pid).start().waitFor();
    Thread.sleep(Long.MAX_VALUE);
    return "still here";
  }

  public String fail(Object event) {
    throw new IllegalStateException("no");
  }

  /** Leaves a thread behind that would keep a JVM alive. */
  public String thread(Object event) {
    new Thread(this::waitForEver).start();
    return "answered";
  }

  /** Says that it has begun, and stays. */
  public String stay(Object event) {
    System.out.println("ready");
    waitForEver();
    return "awake";
  }

  private void waitForEver() {
    while (true) {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        // stays
      }
    }
  }
}
