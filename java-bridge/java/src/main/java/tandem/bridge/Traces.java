package tandem.bridge;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Stack traces as users see them: without this runtime's frames and without the reflection frames above those, unless it is
 * reflection that has failed.
 */
final class Traces {
  private static final String OWN = Traces.class.getName().substring(0, Traces.class.getName().lastIndexOf('.') + 1);
  private static final String[] REFLECTION = {
    "java.lang.reflect.", "jdk.internal.reflect.", "sun.reflect.", "java.lang.invoke.", "jdk.internal.vm."
  };

  private Traces() {}

  /** The text for a throwable: its message, or its class where it has none (E-18). */
  static String message(Throwable e) {
    try {
      String message = e.getLocalizedMessage();
      return message == null ? e.getClass().getName() : message;
    } catch (Throwable hostile) { // the user's class overrides it
      return e.getClass().getName();
    }
  }

  /** A throwable's frames; none where the user's class, which may override them, does not tell them. */
  static StackTraceElement[] frames(Throwable e) {
    try {
      StackTraceElement[] frames = e.getStackTrace().clone();
      int known = 0;
      for (StackTraceElement frame : frames) {
        if (frame != null) {
          frames[known++] = frame;
        }
      }
      return Arrays.copyOf(frames, known);
    } catch (Throwable hostile) {
      return new StackTraceElement[0];
    }
  }

  /** Cuts the traces of a throwable, of its causes and of what it suppresses. */
  static <T extends Throwable> T cut(T e) {
    try {
      cut(e, Collections.newSetFromMap(new IdentityHashMap<>()));
    } catch (Throwable hostile) { // the user's class overrides getCause or getStackTrace: its trace stays as it is
      return e;
    }
    return e;
  }

  private static void cut(Throwable e, Set<Throwable> seen) {
    if (e == null || !seen.add(e)) {
      return;
    }
    StackTraceElement[] frames = e.getStackTrace();
    int end = userFrames(frames);
    if (end < frames.length) {
      e.setStackTrace(Arrays.copyOf(frames, end));
    }
    cut(e.getCause(), seen);
    for (Throwable suppressed : e.getSuppressed()) {
      cut(suppressed, seen);
    }
  }

  /** How many frames lie above the first one of ours, and what called it. */
  static int userFrames(StackTraceElement[] frames) {
    for (int i = 0; i < frames.length; i++) {
      if (frames[i].getClassName().startsWith(OWN)) {
        int end = i;
        while (end > 0 && isReflection(frames[end - 1].getClassName())) {
          end--;
        }
        return end == 0 ? i : end;
      }
    }
    return frames.length;
  }

  private static boolean isReflection(String name) {
    for (String prefix : REFLECTION) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  static String print(Throwable e) {
    StringWriter text = new StringWriter();
    try {
      e.printStackTrace(new PrintWriter(text));
    } catch (Throwable hostile) { // the user's class overrides it, or toString
      text.append(e.getClass().getName()).append(": its trace cannot be printed: ").append(hostile.getClass().getName());
    }
    return text.toString();
  }
}
