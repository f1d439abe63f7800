package tandem.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** E-18, E-20, L-37: traces without our frames and without reflection between the user's frames and ours. */
class TracesTest {
  private static StackTraceElement frame(String type) {
    return new StackTraceElement(type, "m", "F.java", 1);
  }

  private static int userFrames(String... types) {
    StackTraceElement[] frames = new StackTraceElement[types.length];
    for (int i = 0; i < types.length; i++) {
      frames[i] = frame(types[i]);
    }
    return Traces.userFrames(frames);
  }

  @Test
  void cutsAtOurFirstFrame() {
    assertEquals(2, userFrames("a.B", "a.C", "tandem.bridge.ValueCall", "tandem.bridge.Bridge"));
    assertEquals(0, userFrames("tandem.bridge.ValueCall"));
  }

  @Test
  void cutsReflectionNextToOurs() {
    assertEquals(1, userFrames("a.B", "jdk.internal.reflect.X", "java.lang.reflect.Method", "tandem.bridge.Methods"));
    assertEquals(1, userFrames("a.B", "sun.reflect.X", "java.lang.invoke.LambdaForm$MH", "tandem.bridge.Methods"));
  }

  @Test
  void keepsTheUsersOwnReflection() {
    assertEquals(3, userFrames("a.B", "java.lang.reflect.Method", "a.C", "tandem.bridge.Methods"));
  }

  @Test
  void keepsReflectionThatHasFailedItself() {
    assertEquals(2, userFrames("jdk.internal.reflect.X", "java.lang.reflect.Method", "tandem.bridge.Methods"));
  }

  @Test
  void keepsTracesThatDoNotReachUs() {
    assertEquals(2, userFrames("a.B", "java.lang.Thread"));
  }

  @Test
  void cutsCausesAndSuppressedOnce() {
    IOException cause = new IOException("cause");
    IllegalStateException outer = new IllegalStateException("outer", cause);
    outer.addSuppressed(cause);
    cause.addSuppressed(outer);
    for (Throwable e : new Throwable[] {outer, cause}) {
      e.setStackTrace(new StackTraceElement[] {frame("a.B"), frame("tandem.bridge.Bridge")});
    }
    String text = Traces.print(Traces.cut(outer));
    assertFalse(text.contains("tandem.bridge"), text);
    assertTrue(text.contains("CIRCULAR REFERENCE"), text);
  }

  @Test
  void namesTheClassWhereThereIsNoMessage() {
    assertEquals("java.io.IOException", Traces.message(new IOException()));
    assertEquals("", Traces.message(new IOException("")));
  }
}
