package tandem.bridge;

import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.core.JsonGenerator;
import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.JavaType;
import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.ObjectMapper;
import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.ObjectReader;
import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.ObjectWriter;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;

/**
 * What the serialization library does for a type that is no event class: the same mapper and the same calls below it, but
 * that values are written to a slot's result without a stream.
 */
final class PlainSerializer implements PojoSerializer<Object> {
  private final ObjectMapper mapper;
  private final ObjectReader reader;
  private final PlainReader plainReader;
  private final PlainWriter plainWriter;
  private final ObjectWriter writer;

  PlainSerializer(ObjectMapper mapper, Type type) {
    JavaType javaType = mapper.constructType(type);
    this.mapper = mapper;
    reader = mapper.readerFor(javaType);
    plainReader = PlainReader.of(javaType);
    plainWriter = PlainWriter.of(javaType);
    writer = mapper.writerFor(javaType);
  }

  /** Whether most values need nothing of the library. */
  boolean isForPlainValues() {
    return plainReader != null;
  }

  /** Reads the slot's payload. */
  Object read(Slot slot) {
    if (plainReader != null && !slot.isLarge()) {
      Object value = plainReader.read(slot.copyPayload(), slot.payloadSize());
      if (value != PlainReader.NOT_PLAIN) {
        return value;
      }
    }
    Serializers.libraryReads++;
    return fromJson(slot.payloadForLibrary());
  }

  /**
   * Writes to the slot's result, what is not plain with the slot's generator, which is given up when it fails, has seen much, or has written
   * for another function: a package's own serializer may have kept it.
   */
  void write(Object value, Slot slot) {
    int size = plainWriter == null ? PlainWriter.NOT_PLAIN : plainWriter.write(value, slot.plain);
    if (size == PlainWriter.NOT_PLAIN) {
      generate(value, slot);
    } else {
      slot.result.write(slot.plain, 0, size);
    }
  }

  private void generate(Object value, Slot slot) {
    Serializers.libraryWrites++;
    JsonGenerator generator = slot.takeGenerator(mapper);
    slot.output.setOpen(true);
    try {
      if (generator == null) {
        generator = mapper.getFactory().createGenerator((OutputStream) slot.output);
        generator.setRootValueSeparator(null);
      }
      generator.setCodec(mapper);
      writer.writeValue(generator, value);
      generator.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      slot.output.setOpen(false);
    }
    generator.setCodec(null);
    if (!slot.result.isSpilled()) {
      slot.keepGenerator(generator, mapper);
    }
  }

  @Override
  public Object fromJson(InputStream input) {
    try {
      return reader.readValue(input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Object fromJson(String input) {
    try {
      return reader.readValue(input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void toJson(Object value, OutputStream output) {
    try {
      writer.writeValue(output, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
