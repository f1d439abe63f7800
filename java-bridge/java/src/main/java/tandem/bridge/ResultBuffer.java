package tandem.bridge;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Collects a response: in the memory shared with the native half while it fits, in an array beyond that. */
final class ResultBuffer extends OutputStream {
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private final ByteBuffer out;
  private byte[] spill;
  private int spillSize;

  ResultBuffer(ByteBuffer out) {
    this.out = out;
  }

  void reset() {
    out.clear();
    spill = null;
    spillSize = 0;
  }

  @Override
  public void write(int b) {
    if (spill == null && out.hasRemaining()) {
      out.put((byte) b);
      return;
    }
    grow(1);
    spill[spillSize++] = (byte) b;
  }

  @Override
  public void write(byte[] data, int offset, int size) {
    if (spill == null && size <= out.remaining()) {
      out.put(data, offset, size);
      return;
    }
    grow(size);
    System.arraycopy(data, offset, spill, spillSize, size);
    spillSize += size;
  }

  private void grow(int more) {
    if (spill == null) {
      out.flip();
      int size = out.limit();
      spill = new byte[capacity(size, more)];
      out.get(spill, 0, size);
      spillSize = size;
    } else if (spill.length - spillSize < more) {
      spill = Arrays.copyOf(spill, capacity(spillSize, more));
    }
  }

  private static int capacity(int size, int more) {
    if (MAX_ARRAY - size < more) {
      throw new OutOfMemoryError("response larger than 2 GiB");
    }
    int needed = size + more;
    return size > MAX_ARRAY / 2 ? MAX_ARRAY : Math.max(needed, Math.max(size * 2, 1 << 17));
  }

  boolean isSpilled() {
    return spill != null;
  }

  /** The size of a response that lies in the shared memory, or {@link Bridge#SPILLED} with the slot's spill set. */
  int finish(Slot slot) {
    if (spill == null) {
      return out.position();
    }
    slot.spill = spill;
    slot.spillSize = spillSize;
    spill = null;
    return Bridge.SPILLED;
  }
}
