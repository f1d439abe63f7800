package tandem;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayDeque;
import java.util.Queue;

/** A response that comes in chunks: one thread adds them, another reads. */
final class ResponseStream extends InputStream {
  private static final int MOST_WAITING = 16;
  private static final Cleaner CLEANER = Cleaner.create();

  private final Queue<byte[]> chunks = new ArrayDeque<>();
  private byte[] current = Native.NONE;
  private int at;
  private boolean ended;
  private boolean closed;
  private Throwable failure;

  /** Waits for room. False: the rest is not wanted. */
  synchronized boolean add(byte[] chunk) {
    while (chunks.size() >= MOST_WAITING && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    if (!closed) {
      chunks.add(chunk);
      notifyAll();
    }
    return !closed;
  }

  synchronized void end(byte[] rest) {
    chunks.add(rest);
    ended = true;
    notifyAll();
  }

  synchronized void fail(Throwable error) {
    failure = error;
    ended = true;
    notifyAll();
  }

  /** Whether there is a byte; waits for it. */
  private boolean hasNext() throws IOException {
    while (at == current.length) {
      byte[] next = chunks.poll();
      if (next != null) {
        current = next;
        at = 0;
        notifyAll();
      } else if (closed) {
        throw new IOException("the stream is closed");
      } else if (failure != null) {
        throw new IOException("the function failed: " + failure.getMessage(), failure);
      } else if (ended) {
        return false;
      } else {
        await();
      }
    }
    return true;
  }

  private void await() throws InterruptedIOException {
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the function runs");
    }
  }

  @Override
  public synchronized int read() throws IOException {
    return hasNext() ? current[at++] & 0xFF : -1;
  }

  @Override
  public synchronized int read(byte[] to, int offset, int size) throws IOException {
    java.util.Objects.checkFromIndexSize(offset, size, to.length);
    if (size == 0) {
      return 0;
    }
    if (!hasNext()) {
      return -1;
    }
    int taken = Math.min(size, current.length - at);
    System.arraycopy(current, at, to, offset, taken);
    at += taken;
    return taken;
  }

  @Override
  public synchronized int available() {
    return current.length - at;
  }

  /** The rest is not wanted. */
  private synchronized void abandon() {
    closed = true;
    chunks.clear();
    current = Native.NONE;
    at = 0;
    notifyAll();
  }

  @Override
  public synchronized void close() throws IOException {
    abandon();
    while (!ended) {
      await();
    }
  }

  /** What the user has, and may drop: the thread that adds chunks has no reference to it. */
  InputStream reader() {
    InputStream reader = new Reader(this);
    CLEANER.register(reader, this::abandon);
    return reader;
  }

  private static final class Reader extends InputStream {
    private final ResponseStream chunks;

    Reader(ResponseStream chunks) {
      this.chunks = chunks;
    }

    @Override
    public int read() throws IOException {
      try {
        return chunks.read();
      } finally {
        Reference.reachabilityFence(this);
      }
    }

    @Override
    public int read(byte[] to, int offset, int size) throws IOException {
      try {
        return chunks.read(to, offset, size);
      } finally {
        Reference.reachabilityFence(this);
      }
    }

    @Override
    public int available() {
      return chunks.available();
    }

    @Override
    public void close() throws IOException {
      chunks.close();
    }
  }
}
