package tandem.bridge;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * One invocation, and the context object that the handler sees. Texts are decoded when they are asked for, from a copy of
 * the bytes, so that the object stays valid after the invocation.
 */
final class Invocation implements Context {
  private static final int RUNNING = 0;
  private static final int ENDED = 1;
  private static final int INTERRUPTING = 2;
  private static final int INTERRUPTED = 3;
  private static final AtomicIntegerFieldUpdater<Invocation> STATE =
      AtomicIntegerFieldUpdater.newUpdater(Invocation.class, "state");

  final Function function;
  private final byte[] texts;
  private final long deadline;
  private final int idSize;
  private final int arnSize;
  private final int clientSize;
  private final int identitySize;
  private final int traceSize;
  private final int tenantSize;

  private volatile int state;
  private volatile boolean ownTraceHeader;
  private volatile String traceHeader;
  private String id;
  private ClientContext clientContext;
  private CognitoIdentity identity;

  /** What user code sees while it is initialised: no request yet. */
  Invocation(Function function) {
    this.function = function;
    texts = null;
    deadline = Long.MAX_VALUE;
    idSize = arnSize = clientSize = identitySize = traceSize = tenantSize = -1;
  }

  Invocation(Function function, Slot slot, byte[] texts) {
    this.function = function;
    this.texts = texts;
    deadline = slot.deadline();
    idSize = slot.textSize(0);
    arnSize = slot.textSize(1);
    boolean more = slot.has(Slot.MORE_TEXTS);
    clientSize = more ? slot.textSize(2) : -1;
    identitySize = more ? slot.textSize(3) : -1;
    traceSize = more ? slot.textSize(4) : -1;
    tenantSize = more ? slot.textSize(5) : -1;
  }

  private String text(int offset, int size) {
    return size < 0 ? null : new String(texts, offset, size, StandardCharsets.UTF_8);
  }

  private static int length(int size) {
    return Math.max(size, 0);
  }

  private int clientOffset() {
    return length(idSize) + length(arnSize);
  }

  private int traceOffset() {
    return clientOffset() + length(clientSize) + length(identitySize);
  }

  /** Parses what was sent as JSON; a text that is none fails the invocation before the handler is called (C-24). */
  void parse() {
    try {
      if (clientSize > 0) {
        clientContext = ClientData.parseContext(text(clientOffset(), clientSize));
      }
      if (identitySize > 0) {
        identity = ClientData.parseIdentity(text(clientOffset() + length(clientSize), identitySize));
      }
    } catch (RuntimeException e) {
      e.setStackTrace(new StackTraceElement[0]);
      throw e;
    }
  }

  boolean hasJson() {
    return clientSize > 0 || identitySize > 0;
  }

  /** Whether the client says that it is an Android device, which selects the other JSON library (H-JAVA-76). */
  boolean fromAndroid() {
    return clientContext instanceof ClientData && ((ClientData) clientContext).isAndroid();
  }

  byte[] idBytes() {
    return idSize > 0 ? texts : null;
  }

  int idSize() {
    return idSize;
  }

  boolean hasId(byte[] wanted) {
    if (idSize != wanted.length) {
      return false;
    }
    for (int i = 0; i < idSize; i++) {
      if (texts[i] != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  /** Interrupts the thread that serves this invocation, unless that has ended. */
  void interrupt(Thread thread) {
    if (STATE.compareAndSet(this, RUNNING, INTERRUPTING)) {
      thread.interrupt();
      state = INTERRUPTED;
    }
  }

  /** Whether the thread that serves this invocation has been interrupted. */
  boolean isInterrupted() {
    return state == INTERRUPTED;
  }

  /** Whether it has been, or is about to be. */
  boolean isToYield() {
    int now = state;
    return now == INTERRUPTED || now == INTERRUPTING;
  }

  /** Ends the invocation: no interrupt comes from here afterwards, and none is left pending (H-JAVA-53). */
  void end() {
    if (!STATE.compareAndSet(this, RUNNING, ENDED)) {
      while (state != INTERRUPTED) {
        Thread.yield();
      }
    }
    Thread.interrupted();
  }

  /** The trace header as tracing libraries find it (C-32), null when there is none. */
  String traceHeader() {
    if (ownTraceHeader) {
      return traceHeader;
    }
    return traceSize > 0 ? getXrayTraceId() : null;
  }

  /** Takes what user code says the header is; returns what it was. */
  synchronized String setTraceHeader(String header) {
    String before = traceHeader();
    traceHeader = header;
    ownTraceHeader = true;
    return before;
  }

  @Override
  public String getAwsRequestId() {
    String text = id;
    if (text == null) {
      text = text(0, idSize);
      id = text;
    }
    return text;
  }

  @Override
  public String getLogGroupName() {
    return function.config.logGroup;
  }

  @Override
  public String getLogStreamName() {
    return function.config.logStream;
  }

  @Override
  public String getFunctionName() {
    return function.config.name;
  }

  @Override
  public String getFunctionVersion() {
    return function.config.version;
  }

  @Override
  public String getInvokedFunctionArn() {
    return text(length(idSize), arnSize);
  }

  @Override
  public CognitoIdentity getIdentity() {
    return identity;
  }

  @Override
  public ClientContext getClientContext() {
    return clientContext;
  }

  @Override
  public int getRemainingTimeInMillis() {
    if (deadline == Long.MAX_VALUE) {
      return Integer.MAX_VALUE;
    }
    long left = deadline - System.currentTimeMillis();
    return (int) Math.max(0, Math.min(left, Integer.MAX_VALUE));
  }

  @Override
  public int getMemoryLimitInMB() {
    return function.config.memory;
  }

  @Override
  public LambdaLogger getLogger() {
    return FunctionLogger.INSTANCE;
  }

  @Override
  public String getTenantId() {
    return text(traceOffset() + length(traceSize), tenantSize);
  }

  @Override
  public String getXrayTraceId() {
    return text(traceOffset(), traceSize);
  }
}
