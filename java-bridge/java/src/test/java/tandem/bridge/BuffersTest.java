package tandem.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** H-JAVA-41 to 46: the payload as a stream, the response as it is collected. */
class BuffersTest {
  private static final byte[] TEXT = "..0123456789..".getBytes(StandardCharsets.US_ASCII);

  private static ByteBuffer shared() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(TEXT.length);
    buffer.put(TEXT);
    buffer.clear();
    return buffer;
  }

  private static String drain(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[3];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer, 0, 2)) {
      all.write(buffer, 0, n);
      int single = in.read();
      if (single >= 0) {
        all.write(single);
      }
    }
    return all.toString("US-ASCII");
  }

  @Test
  void streamsSeeTheirPartOnly() throws IOException {
    assertEquals("0123456789", drain(new PayloadStream(shared(), 2, 10, null)));
    assertEquals("..0123456789..", drain(new PayloadStream(shared(), 2, 10, shared())));
  }

  @Test
  void markResetSkipAndAvailable() throws IOException {
    PayloadStream in = new PayloadStream(shared(), 2, 10, null);
    assertEquals(10, in.available());
    in.mark(100);
    assertEquals(4, in.skip(4));
    assertEquals('4', in.read());
    in.reset();
    assertEquals('0', in.read());
    assertEquals(9, in.skip(100));
    assertEquals(-1, in.read());
    assertEquals(0, in.read(new byte[0]));
    assertThrows(IndexOutOfBoundsException.class, () -> in.read(new byte[1], 1, 1));
  }

  @Test
  void closedStreamThrows() throws IOException {
    PayloadStream in = new PayloadStream(shared(), 2, 10, null);
    in.close();
    assertThrows(IOException.class, in::read);
    assertThrows(IOException.class, () -> in.read(new byte[1]));
    assertThrows(IOException.class, in::available);
    assertThrows(IOException.class, in::reset);
  }

  @Test
  void endedResponseThrows() throws IOException {
    ResultBuffer result = new ResultBuffer(ByteBuffer.allocateDirect(8));
    ResponseStream out = new ResponseStream(result, 0);
    out.write('a');
    out.close();
    out.write('b');
    out.end();
    assertThrows(IOException.class, () -> out.write('c'));
    assertThrows(IOException.class, () -> out.write(TEXT));
    assertEquals(2, result.finish(null));
  }

  @Test
  void generatorStreamIsOpenForItsThreadAndValueOnly() throws Exception {
    ResultBuffer result = new ResultBuffer(ByteBuffer.allocateDirect(8));
    GeneratorStream out = new GeneratorStream(Thread.currentThread(), result);
    assertThrows(IOException.class, () -> out.write('a'));
    out.setOpen(true);
    out.write('b');
    out.write(TEXT, 2, 2);
    FutureTask<IOException> elsewhere = new FutureTask<>(() -> assertThrows(IOException.class, () -> out.write(TEXT)));
    new Thread(elsewhere).start();
    assertEquals("Stream closed", elsewhere.get().getMessage());
    out.setOpen(false);
    assertThrows(IOException.class, () -> out.write(TEXT));
    assertEquals(3, result.finish(null));
  }

  @Test
  void resultsSpillWhenTheyDoNotFit() {
    for (int size : new int[] {0, 7, 8, 9, 200_000, 1_000_000}) {
      ByteBuffer memory = ByteBuffer.allocateDirect(8);
      Slot slot = new Slot(ByteBuffer.allocateDirect(8), memory);
      byte[] wanted = new byte[size];
      for (int i = 0; i < size; i++) {
        wanted[i] = (byte) i;
      }
      slot.result.reset();
      int half = size / 2;
      slot.result.write(wanted, 0, half);
      for (int i = half; i < Math.min(size, half + 5); i++) {
        slot.result.write(wanted[i]);
      }
      int written = Math.min(size, half + 5);
      slot.result.write(wanted, written, size - written);
      int finished = slot.result.finish(slot);
      if (size <= 8) {
        byte[] found = new byte[finished];
        memory.flip();
        memory.get(found);
        assertArrayEquals(wanted, found);
      } else {
        assertEquals(Bridge.SPILLED, finished);
        assertArrayEquals(wanted, Arrays.copyOf(slot.spill, slot.spillSize));
      }
    }
  }
}
