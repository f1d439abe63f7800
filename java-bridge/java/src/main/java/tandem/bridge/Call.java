package tandem.bridge;

import java.nio.ByteBuffer;

/** How one resolved handler is called: marshals the payload, calls user code, leaves the response in the slot. */
interface Call {
  /**
   * Runs one invocation.
   *
   * @param offset where the payload begins in the slot's memory
   * @param size its size in bytes
   * @param large the payload where it does not fit the slot's memory, otherwise null
   * @param sink where a streamed response goes
   */
  void run(Slot slot, Invocation invocation, int offset, int size, ByteBuffer large, long sink) throws Throwable;
}
