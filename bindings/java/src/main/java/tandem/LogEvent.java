package tandem;

import java.time.Instant;

/**
 * One log event, or a part of one where the text does not end in a newline.
 *
 * @param text what was logged
 * @param functionName empty where nobody knows whose it is
 * @param requestId empty during init
 * @param logStreamName the environment's log stream
 * @param time when it was logged
 * @param origin whose words they are
 * @param level {@code INFO} and the like; empty where it has none
 * @param isJson whether the text is a JSON document
 */
public record LogEvent(
    String text,
    String functionName,
    String requestId,
    String logStreamName,
    Instant time,
    Origin origin,
    String level,
    boolean isJson) {
  /** Whose words a log event is. */
  public enum Origin {
    /** The handler's own output and log calls. */
    FUNCTION,
    /** START, END, REPORT, and what the service itself would say. */
    PLATFORM,
    /** Advice on an error. */
    HINT,
    /** How a function is run, where that is not as usual. */
    NOTE
  }
}
