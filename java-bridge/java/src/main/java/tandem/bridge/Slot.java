package tandem.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One thread's place for one invocation at a time: the memory it shares with the native half and the objects that are
 * used again by each invocation. Invocations nested on one thread have a slot each.
 */
final class Slot {
  final Thread thread = Thread.currentThread();
  final Scope scope = Scope.ofThread();
  final ByteBuffer in;
  final ResultBuffer result;
  final BufferInput input;

  /** What a canceller looks at. */
  volatile Invocation running;

  /** What does not fit the shared memory: a large result, or an encoded error. The native half reads it. */
  byte[] spill;

  int spillSize;

  Slot(ByteBuffer in, ByteBuffer out) {
    this.in = in.order(ByteOrder.nativeOrder());
    this.result = new ResultBuffer(out);
    this.input = new BufferInput(in);
  }
}
