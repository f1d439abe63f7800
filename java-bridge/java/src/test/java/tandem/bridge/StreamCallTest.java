package tandem.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** H-JAVA-41 to 47: which streams a handler gets, and that they end with it, however it ends. */
class StreamCallTest {
  private static final int PAYLOAD_AT = 16;
  private static final int SIZE_AT = 20;

  private InputStream input;
  private OutputStream output;
  private boolean fails;

  /** A slot of this thread with a payload, as the native half leaves it. */
  private static Slot slot(String payload) {
    ByteBuffer in = ByteBuffer.allocateDirect(1024).order(ByteOrder.nativeOrder());
    in.putInt(PAYLOAD_AT, Slot.HEAD);
    in.putInt(SIZE_AT, payload.length());
    in.position(Slot.HEAD);
    in.put(payload.getBytes(StandardCharsets.US_ASCII));
    in.clear();
    Slot slot = new Slot(in, ByteBuffer.allocateDirect(1024));
    slot.take(null);
    return slot;
  }

  private void run(Slot slot, boolean takesInput, boolean takesOutput) throws Throwable {
    StreamCall.Target target = (in, out, context) -> {
      input = in;
      output = out;
      if (out != null) {
        out.write('x');
      }
      if (fails) {
        throw new IllegalStateException("planted");
      }
    };
    new StreamCall(target, takesInput, takesOutput).run(slot, null);
  }

  private void expectEnded() {
    if (input != null) {
      assertThrows(IOException.class, input::read);
    }
    if (output != null) {
      assertThrows(IOException.class, () -> output.write('y'));
    }
  }

  @Test
  void outputAlone() throws Throwable {
    Slot slot = slot("{");
    run(slot, false, true);
    assertNull(input);
    assertEquals(1, slot.result.finish(slot));
    expectEnded();
  }

  @Test
  void inputAlone() throws Throwable {
    Slot slot = slot("{");
    run(slot, true, false);
    assertNotNull(input);
    assertNull(output);
    assertEquals("null".length(), slot.result.finish(slot));
    expectEnded();
  }

  @Test
  void bothEndWithAHandlerThatThrows() {
    fails = true;
    assertThrows(IllegalStateException.class, () -> run(slot("{"), true, true));
    assertNotNull(input);
    assertNotNull(output);
    expectEnded();
  }
}
