package tandem.bridge;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The response as user code writes it: collected and delivered when the handler has returned, or, for a receiver that
 * takes chunks, passed on with each flush and each full buffer.
 *
 * <p>Lifetime: writing after the invocation has ended throws. Threads: safe.
 */
final class ResponseStream extends OutputStream {
  private static final int CHUNK = 16 * 1024;

  private final ResultBuffer collected;
  private final long sink;
  private final byte[] chunk;
  private int chunkSize;
  private boolean ended;

  /** With {@code sink} 0 everything is collected. */
  ResponseStream(ResultBuffer collected, long sink) {
    this.collected = collected;
    this.sink = sink;
    this.chunk = sink == 0 ? null : new byte[CHUNK];
  }

  private void open() throws IOException {
    if (ended) {
      throw new IOException("Stream closed");
    }
  }

  @Override
  public synchronized void write(int b) throws IOException {
    open();
    if (chunk == null) {
      collected.write(b);
      return;
    }
    if (chunkSize == chunk.length) {
      pass();
    }
    chunk[chunkSize++] = (byte) b;
  }

  @Override
  public synchronized void write(byte[] data, int offset, int size) throws IOException {
    open();
    if (offset < 0 || size < 0 || size > data.length - offset) {
      throw new IndexOutOfBoundsException();
    }
    if (chunk == null) {
      collected.write(data, offset, size);
      return;
    }
    if (size > chunk.length - chunkSize) {
      pass();
    }
    if (size >= chunk.length) {
      send(data, offset, size);
    } else {
      System.arraycopy(data, offset, chunk, chunkSize, size);
      chunkSize += size;
    }
  }

  @Override
  public synchronized void flush() throws IOException {
    if (chunk != null && !ended) {
      pass();
    }
  }

  private void pass() throws IOException {
    int size = chunkSize;
    chunkSize = 0;
    if (size > 0) {
      send(chunk, 0, size);
    }
  }

  private void send(byte[] data, int offset, int size) throws IOException {
    if (!Natives.chunk(sink, data, offset, size)) {
      throw new IOException("The receiver has gone");
    }
  }

  /** Closing delivers what is buffered; more may follow until the handler returns. */
  @Override
  public void close() throws IOException {
    flush();
  }

  /** Ends the stream; after this nothing reaches the invocation's memory. */
  synchronized void end() {
    ended = true;
  }
}
