package tandem.bridge;

import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.core.JsonGenerator;
import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/**
 * One thread's place for one invocation at a time: the memory it shares with the native half and the objects that are
 * used again by each invocation. Invocations nested on one thread have a slot each.
 *
 * <p>The memory holds the head, the texts, then the payload unless that is large. The head, in this machine's byte order:
 * deadline (8 bytes), sink (8), where the payload begins (4), its size (4), flags (4), six lengths of texts (4 each, -1:
 * absent).
 */
final class Slot {
  final Thread thread = Thread.currentThread();
  final Scope scope = Scope.ofThread();
  final ByteBuffer in;
  final ResultBuffer result;
  final GeneratorStream output;

  /** Room for what {@link PlainWriter} writes. */
  final byte[] plain = new byte[PlainWriter.MAX_SIZE];

  /** Writes values of one mapper to {@link #output}; null when the next one makes a new one. */
  private JsonGenerator generator;

  private ObjectMapper generatorMapper;

  static final int HEAD = 8 + 8 + 4 + 4 + 4 + 6 * 4;

  /** The head's flags. */
  static final int STREAMING = 1;

  /** Texts beyond the request id and the ARN. */
  static final int MORE_TEXTS = 2;

  private static final int AT_DEADLINE = 0;
  private static final int AT_SINK = 8;
  private static final int AT_PAYLOAD = 16;
  private static final int AT_SIZE = 20;
  private static final int AT_FLAGS = 24;
  private static final int AT_LENGTHS = 28;

  private final byte[] copy;
  private int payload;
  private int size;

  /** A payload that does not fit the shared memory; the native half sets it. */
  private ByteBuffer large;

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
    this.output = new GeneratorStream(thread, result);
    this.copy = new byte[in.capacity()];
  }

  /** The invocation that the native half has put into the memory. */
  Invocation take(Function function) {
    payload = in.getInt(AT_PAYLOAD);
    size = in.getInt(AT_SIZE);
    byte[] texts = new byte[payload - HEAD];
    in.position(HEAD);
    in.get(texts, 0, texts.length);
    in.position(0);
    return new Invocation(function, this, texts);
  }

  long deadline() {
    return in.getLong(AT_DEADLINE);
  }

  boolean has(int flag) {
    return (in.getInt(AT_FLAGS) & flag) != 0;
  }

  /** The length of a text in the head, -1 for an absent one. */
  int textSize(int number) {
    return in.getInt(AT_LENGTHS + 4 * number);
  }

  /** Where a streamed response goes; 0 when the response does not stream. */
  long sink() {
    return has(STREAMING) ? in.getLong(AT_SINK) : 0;
  }

  int payloadSize() {
    return size;
  }

  boolean isLarge() {
    return large != null;
  }

  /** The payload for code that may keep the stream; whoever opens it closes it when the code returns. */
  PayloadStream openPayload() {
    return new PayloadStream(in, payload, size, large);
  }

  /** The generator that wrote for the mapper last; null: there is none. */
  JsonGenerator takeGenerator(ObjectMapper mapper) {
    JsonGenerator last = generator;
    boolean fits = generatorMapper == mapper;
    forgetGenerator();
    if (last == null || fits) {
      return last;
    }
    try {
      last.close();
    } catch (IOException e) {
      // Somebody has kept it and written to it since; that text goes nowhere.
    }
    return null;
  }

  void keepGenerator(JsonGenerator used, ObjectMapper mapper) {
    generatorMapper = mapper;
    generator = used;
  }

  /** The generator remembers the last value that it wrote, and the mapper's function. */
  void forgetGenerator() {
    generator = null;
    generatorMapper = null;
  }

  /** Forgets the invocation; a canceller that still sees it finds that it has ended. */
  void release() {
    large = null;
    RUNNING.lazySet(this, null);
  }

  /** A copy of the payload for a JSON library, which names the stream's class in what it complains of (J-60). */
  InputStream payloadForLibrary() {
    byte[] all = new byte[size];
    ByteBuffer from = (large == null ? in : large).duplicate();
    from.position(large == null ? payload : 0);
    from.get(all);
    return new ByteArrayInputStream(all);
  }

  /** The payload at the beginning of an array that the next call overwrites; not for a large one. */
  byte[] copyPayload() {
    in.position(payload);
    in.get(copy, 0, size);
    in.position(0);
    return copy;
  }
}
