package tandem.bridge;

import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.core.JsonGenerator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

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

  /** Writes values to {@link #result}; null when the next one makes a new one. */
  JsonGenerator generator;

  private final byte[] copy;

  private static final AtomicReferenceFieldUpdater<Slot, Invocation> RUNNING =
      AtomicReferenceFieldUpdater.newUpdater(Slot.class, Invocation.class, "running");

  /** What a canceller looks at. */
  volatile Invocation running;

  /** What does not fit the shared memory: a large result, or an encoded error. The native half reads it. */
  byte[] spill;

  int spillSize;

  Slot(ByteBuffer in, ByteBuffer out) {
    this.in = in.order(ByteOrder.nativeOrder());
    this.result = new ResultBuffer(out);
    this.input = new BufferInput(in);
    this.copy = new byte[in.capacity()];
  }

  /** Forgets the invocation; a canceller that still sees it finds that it has ended. */
  void release() {
    RUNNING.lazySet(this, null);
  }

  /** Copies a part of the shared memory to the beginning of an array that the next call overwrites. */
  byte[] copyIn(int offset, int size) {
    in.position(offset);
    in.get(copy, 0, size);
    in.position(0);
    return copy;
  }
}
