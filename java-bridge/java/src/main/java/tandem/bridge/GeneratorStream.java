package tandem.bridge;

import java.io.IOException;
import java.io.OutputStream;

/**
 * What a slot's JSON generator writes to: the response, while the slot's thread serializes a value. A package's own
 * serializer can get hold of the generator and so of this stream; what it writes at any other time throws.
 */
final class GeneratorStream extends OutputStream {
  private final Thread owner;
  private final ResultBuffer result;
  private boolean open;

  GeneratorStream(Thread owner, ResultBuffer result) {
    this.owner = owner;
    this.result = result;
  }

  /** Called by the owner around each value. */
  void setOpen(boolean open) {
    this.open = open;
  }

  private void check() throws IOException {
    if (Thread.currentThread() != owner || !open) {
      throw new IOException("Stream closed");
    }
  }

  @Override
  public void write(int b) throws IOException {
    check();
    result.write(b);
  }

  @Override
  public void write(byte[] data, int offset, int size) throws IOException {
    check();
    result.write(data, offset, size);
  }
}
