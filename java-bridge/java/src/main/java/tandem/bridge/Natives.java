package tandem.bridge;

/** What the native half offers to this one; registered when the VM has started. */
final class Natives {
  private Natives() {}

  /**
   * Hands one log event, or a fragment of one, to the host.
   *
   * @param logId the function's log handle, 0 when the text belongs to none
   * @param id bytes that hold the request id, null during init
   */
  static native void log(
      long logId, byte[] id, int idOffset, int idSize, byte[] text, int offset, int size, int level, int format);

  /**
   * Passes a piece of a streamed response on.
   *
   * @return false when the receiver wants no more
   */
  static native boolean chunk(long sink, byte[] data, int offset, int size);
}
