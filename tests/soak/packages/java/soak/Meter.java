package soak;

import java.lang.management.ManagementFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** What the JVM holds. */
public class Meter {
  private static final Pattern REFERENCES =
      Pattern.compile("JNI global (?:refs: (\\d+), weak refs: (\\d+)|references: (\\d+))");

  /** Bytes of the heap that are reachable. */
  public static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Global references of JNI, weak ones included, as the VM counts them for a thread dump. */
  public static long references() throws JMException {
    Matcher found = REFERENCES.matcher(diagnose("threadPrint"));
    if (!found.find()) {
      throw new IllegalStateException("the thread dump does not count JNI references");
    }
    if (found.group(3) != null) {
      return Long.parseLong(found.group(3));
    }
    return Long.parseLong(found.group(1)) + Long.parseLong(found.group(2));
  }

  /** Threads of the VM that are attached by native code, or were started by Java code. */
  public static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  public static int classes() {
    return ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
  }

  /** Runs one of the commands of jcmd in this process. */
  static String diagnose(String command) throws JMException {
    return (String)
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                command,
                new Object[] {new String[0]},
                new String[] {String[].class.getName()});
  }
}
