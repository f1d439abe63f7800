package conformance;

/** Handlers that end their process, or take too long; the event says how. */
public class Ends {
  private static int count;

  public int end(String event) throws InterruptedException {
    ++count;
    switch (event) {
      case "exit":
        System.exit(5);
        break;
      case "exit in peace":
        System.exit(0);
        break;
      case "halt":
        Runtime.getRuntime().halt(7);
        break;
      case "hook":
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("the hook")));
        System.exit(6);
        break;
      case "sleep":
        Thread.sleep(30_000);
        break;
      default:
    }
    return count;
  }

  public String thread() {
    Thread thread = new Thread(() -> {
      try {
        Thread.sleep(20_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    thread.setDaemon(true);
    thread.start();
    return "answered";
  }
}
