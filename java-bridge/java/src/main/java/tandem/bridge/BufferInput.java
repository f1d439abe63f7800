package tandem.bridge;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** A payload in native memory, read by the serializer only, which neither keeps it nor shares it with other threads. */
final class BufferInput extends InputStream {
  private final ByteBuffer shared;
  private ByteBuffer source;

  BufferInput(ByteBuffer shared) {
    this.shared = shared.duplicate();
  }

  /** Reads from the shared memory's part [offset, offset + size), or from {@code large} if there is one. */
  BufferInput reset(int offset, int size, ByteBuffer large) {
    if (large != null) {
      source = large;
    } else {
      source = shared;
      source.limit(offset + size);
      source.position(offset);
    }
    return this;
  }

  @Override
  public int read() {
    return source.hasRemaining() ? source.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int size) {
    int left = source.remaining();
    if (left == 0) {
      return size == 0 ? 0 : -1;
    }
    int n = Math.min(size, left);
    source.get(target, offset, n);
    return n;
  }

  @Override
  public int available() {
    return source.remaining();
  }
}
