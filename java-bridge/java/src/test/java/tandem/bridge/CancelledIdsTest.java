package tandem.bridge;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** C-27, R-27: several invocations of a function may be cancelled before any of them has begun. */
class CancelledIdsTest {
  private final CancelledIds ids = new CancelledIds();

  private static byte[] bytes(String id) {
    return id.getBytes(StandardCharsets.UTF_8);
  }

  /** As the native half describes it: only its id and an empty payload. */
  private static Invocation invocation(String id) {
    byte[] texts = bytes(id);
    ByteBuffer in = ByteBuffer.allocateDirect(Slot.HEAD + texts.length).order(ByteOrder.nativeOrder());
    in.putInt(16, Slot.HEAD + texts.length);
    in.putInt(28, texts.length);
    in.putInt(32, -1);
    in.position(Slot.HEAD);
    in.put(texts);
    in.position(0);
    return new Slot(in, ByteBuffer.allocateDirect(16)).take(null);
  }

  @Test
  void keepsEachUntilItsInvocationEnds() {
    ids.add(bytes("one"));
    ids.add(bytes("two"));
    ids.add(bytes("one"));
    assertTrue(ids.contains(invocation("one")));
    assertTrue(ids.contains(invocation("two")));
    assertFalse(ids.contains(invocation("on")));
    ids.remove(invocation("one"));
    assertFalse(ids.contains(invocation("one")));
    assertTrue(ids.contains(invocation("two")));
  }

  @Test
  void forgetsTheFirstOfThoseThatNobodyHas() {
    for (int i = 0; i <= CancelledIds.MOST; i++) {
      ids.add(bytes("id-" + i));
    }
    assertFalse(ids.contains(invocation("id-0")));
    assertTrue(ids.contains(invocation("id-1")));
    assertTrue(ids.contains(invocation("id-" + CancelledIds.MOST)));
  }
}
