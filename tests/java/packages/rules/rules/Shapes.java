package rules;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Every accepted method shape, and those that are passed over. */
public class Shapes {
  public String none() {
    return "none";
  }

  public String one(String in) {
    return "one " + in;
  }

  public String context(Context context) {
    return "context " + (context != null);
  }

  public String both(String in, Context context) {
    return "both " + in + " " + (context != null);
  }

  public static String staticOne(String in) {
    return "static " + in;
  }

  public static String staticBoth(String in, Context context) {
    return "static " + in + " " + (context != null);
  }

  public void nothing(String in) {
    System.out.println("nothing " + in);
  }

  public Void bigNothing(String in) {
    return null;
  }

  public String nullText(String in) {
    return null;
  }

  public void in(InputStream in) throws IOException {
    System.out.println("in " + text(in));
  }

  public void inContext(InputStream in, Context context) throws IOException {
    System.out.println("in " + text(in) + " " + (context != null));
  }

  public void out(OutputStream out) throws IOException {
    write(out, "out");
  }

  public void outContext(OutputStream out, Context context) throws IOException {
    write(out, "out " + (context != null));
  }

  public void inOut(InputStream in, OutputStream out) throws IOException {
    write(out, text(in).toUpperCase());
  }

  public void inOutContext(InputStream in, OutputStream out, Context context) throws IOException {
    write(out, text(in).toUpperCase() + " " + (context != null));
  }

  public void silentStream(InputStream in, OutputStream out) {}

  public void failsAfterWriting(InputStream in, OutputStream out) throws IOException {
    write(out, "lost");
    throw new IOException("after writing");
  }

  public int returningStream(InputStream in, OutputStream out) throws IOException {
    write(out, "kept");
    return 5;
  }

  public void copy(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[7919];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      out.write(buffer, 0, n);
    }
  }

  public String contextFirst(Context context, String in) {
    return "wrong";
  }

  public String twoValues(String a, String b) {
    return "wrong";
  }

  public String inAndValue(InputStream in, String b) {
    return "wrong";
  }

  public String outAndValue(OutputStream out, String b) {
    return "wrong";
  }

  public String threeValues(String a, String b, Context context) {
    return "wrong";
  }

  public String fourValues(String a, String b, String c, Context context) {
    return "wrong";
  }

  String packagePrivate(String in) {
    return "wrong";
  }

  public String ranked(String in) {
    return "one";
  }

  public String ranked(String in, Context context) {
    return "two";
  }

  public void rankedStream(InputStream in, OutputStream out) throws IOException {
    write(out, "plain stream");
  }

  public String rankedStream(String in, Context context) {
    return "value with context";
  }

  public String topRank(String in, Context context) {
    return "value with context";
  }

  public void topRank(InputStream in, OutputStream out, Context context) throws IOException {
    write(out, "full stream");
  }

  public String skipsBad(Context context, String in) {
    return "wrong";
  }

  public String skipsBad(String in) {
    return "fallback";
  }

  public String byteStream(ByteArrayInputStream in) {
    return "value";
  }

  private InputStream kept;

  public String keepsStream(InputStream in, OutputStream out) throws IOException {
    if (kept == null) {
      kept = in;
      return null;
    }
    try {
      kept.read();
      write(out, "readable");
    } catch (IOException e) {
      write(out, "IOException");
    }
    return null;
  }

  public String equals(String in, Context context) {
    return "text " + in;
  }

  public String equals(Integer in, Context context) {
    return "number " + in;
  }

  protected String guarded(String in) {
    return "wrong";
  }

  private String hidden(String in) {
    return "wrong";
  }

  public String contextAsValue(OwnContext in) {
    return "value " + in.getFunctionName();
  }

  public String contextAsValueBefore(OwnContext in, Context context) {
    return "value " + in.getFunctionName() + " " + (context != null);
  }

  public void unflushed(OutputStream out) throws IOException {
    write(new BufferedOutputStream(out), "lost");
  }

  public void flushed(OutputStream out) throws IOException {
    OutputStream buffered = new BufferedOutputStream(out);
    write(buffered, "kept");
    buffered.flush();
  }

  static String text(InputStream in) throws IOException {
    byte[] buffer = new byte[1 << 16];
    int size = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer, size, buffer.length - size)) {
      size += n;
    }
    return new String(buffer, 0, size, StandardCharsets.UTF_8);
  }

  static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }
}
