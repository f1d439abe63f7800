package tandem.bridge;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * The payload as user code reads it: native memory without a copy, with a view of its own.
 *
 * <p>Lifetime: the memory is readable until the invocation ends, which closes the stream; reading after that throws.
 * Threads: safe.
 */
final class PayloadStream extends InputStream {
  private ByteBuffer source;
  private int mark;

  PayloadStream(ByteBuffer shared, int offset, int size, ByteBuffer large) {
    if (large != null) {
      source = large;
    } else {
      ByteBuffer view = shared.duplicate();
      view.limit(offset + size);
      view.position(offset);
      source = view;
      mark = offset;
    }
  }

  private ByteBuffer open() throws IOException {
    if (source == null) {
      throw new IOException("Stream closed");
    }
    return source;
  }

  @Override
  public synchronized int read() throws IOException {
    ByteBuffer from = open();
    return from.hasRemaining() ? from.get() & 0xff : -1;
  }

  @Override
  public synchronized int read(byte[] target, int offset, int size) throws IOException {
    ByteBuffer from = open();
    if (offset < 0 || size < 0 || size > target.length - offset) {
      throw new IndexOutOfBoundsException();
    }
    if (size == 0) {
      return 0;
    }
    int n = Math.min(size, from.remaining());
    if (n == 0) {
      return -1;
    }
    from.get(target, offset, n);
    return n;
  }

  @Override
  public synchronized long skip(long count) throws IOException {
    ByteBuffer from = open();
    int n = (int) Math.max(0, Math.min(count, from.remaining()));
    from.position(from.position() + n);
    return n;
  }

  @Override
  public synchronized int available() throws IOException {
    return open().remaining();
  }

  @Override
  public boolean markSupported() {
    return true;
  }

  @Override
  public synchronized void mark(int limit) {
    if (source != null) {
      mark = source.position();
    }
  }

  @Override
  public synchronized void reset() throws IOException {
    open().position(mark);
  }

  @Override
  public synchronized void close() {
    source = null;
  }
}
