package tandem.bridge;

import java.util.Objects;
import java.util.TimeZone;

/** What this half does in a process that was started before it is known for which function. */
final class Standby {
  private static final String ZONE = "user.timezone";

  /** As the VM's start has left it. */
  private static String zone;

  /** Whether the JSON library asks for the default time zone when it is loaded, so that the property has it then. */
  private static boolean zoneIsAskedFor;

  private Standby() {}

  static void begin() {
    zone = System.getProperty(ZONE);
    Bridge.warm();
    zoneIsAskedFor = !Objects.equals(zone, System.getProperty(ZONE));
  }

  /** The JSON library would be loaded now, were it not there already. */
  static void loadsJson() {
    if (zoneIsAskedFor) {
      TimeZone.getDefault();
    }
  }

  /**
   * Takes the process's variables anew.
   *
   * @param variables how many there are now
   * @throws IllegalStateException if they have been read before
   */
  static void take(int variables) {
    if (zone == null) {
      System.clearProperty(ZONE);
    } else {
      System.setProperty(ZONE, zone);
    }
    TimeZone.setDefault(null);
    if (System.getenv().size() != variables) {
      throw new IllegalStateException("the VM has read the environment variables before they were the function's");
    }
  }
}
