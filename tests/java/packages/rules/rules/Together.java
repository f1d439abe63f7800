package rules;

import com.amazonaws.services.lambda.runtime.Context;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import meeting.Meeting;

/** Invocations that are under way at once. */
public class Together {
  /** Returns when four are here; says how many instances serve the function. */
  public String meet(String in, Context context) {
    Set<Object> instances = instancesOf(context.getFunctionName());
    instances.add(this);
    Meeting.at("together 4");
    return in + " " + instances.size();
  }

  /** Kept by the process, as each instance may have classes of its own. */
  @SuppressWarnings("unchecked")
  private static Set<Object> instancesOf(String function) {
    String key = "rules.Together." + function;
    synchronized (System.getProperties()) {
      if (System.getProperties().get(key) == null) {
        System.getProperties().put(key, ConcurrentHashMap.newKeySet());
      }
      return (Set<Object>) System.getProperties().get(key);
    }
  }

  /** A value that four invocations read at once, and write at once. */
  public static class Shared {
    private String text;

    public String getText() {
      Meeting.at("written 4");
      return text;
    }

    public void setText(String text) {
      Meeting.at("read 4");
      this.text = text;
    }
  }

  /** The four also write their lines in halves, the first halves before any second one. */
  public Shared pass(Shared in) {
    System.out.print(in.text + ", its first half");
    Meeting.at("half 4");
    System.out.print(" and its second half of " + in.text);
    return in;
  }

  /** Writes the text on every way to the log, while three others do the same. */
  public void log(String in, Context context) throws InterruptedException {
    Meeting.at("log 4");
    System.out.println(in);
    Meeting.at("log 4");
    System.err.println(in);
    context.getLogger().log(in);
    Thread thread = new Thread(() -> System.out.println(in));
    Meeting.at("log 4");
    thread.start();
    thread.join();
  }
}
