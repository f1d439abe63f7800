package tandem;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Queue;

/** A response that comes in chunks: one thread adds them, another reads. */
final class ResponseStream extends InputStream {
  private static final int MOST_WAITING = 16;

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

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    chunks.clear();
    current = Native.NONE;
    at = 0;
    notifyAll();
    while (!ended) {
      await();
    }
  }
}
