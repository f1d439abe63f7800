package tandem.bridge;

import java.io.OutputStream;
import java.io.PrintStream;

/** What System.out and System.err write to: the log of the calling thread's function, or the host's own. */
final class LogStream extends OutputStream {
  /** Of threads that work for no function; null: those write to the host's log. */
  private final PrintStream others;

  LogStream(PrintStream others) {
    this.others = others;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] data, int offset, int size) {
    if (size == 0) {
      return;
    }
    Invocation invocation = Scope.ofThread().current;
    if (invocation == null && others != null) {
      others.write(data, offset, size);
    } else {
      write(invocation, data, offset, size, 0, 0);
    }
  }

  static void write(Invocation invocation, byte[] data, int offset, int size, int level, int format) {
    if (invocation == null) {
      Natives.log(0, null, 0, 0, data, offset, size, level, format);
    } else {
      byte[] id = invocation.idBytes();
      Natives.log(
          invocation.function.logId, id, 0, id == null ? 0 : invocation.idSize(), data, offset, size, level, format);
    }
  }
}
