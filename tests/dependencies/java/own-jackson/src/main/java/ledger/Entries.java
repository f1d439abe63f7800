package ledger;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.json.PackageVersion;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes JSON by a Jackson of its own, and logs by Log4j 2, also through SLF4J. */
public class Entries implements RequestStreamHandler {
  private static final Logger LOG = LogManager.getLogger(Entries.class);
  private final ObjectMapper mapper = new ObjectMapper();
  private int count;

  record Entry(@JsonProperty("account_id") String account, long cents, Map<String, String> notes) {}

  /** An annotation of the package's own Jackson counts for that Jackson alone. */
  public static class Total {
    @JsonProperty("sum")
    private long value;

    public long getValue() {
      return value;
    }

    public void setValue(long value) {
      this.value = value;
    }
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
    Entry entry = mapper.readValue(input, Entry.class);
    LOG.debug("not logged");
    LOG.info("entry of {}", entry.account());
    LoggerFactory.getLogger("ledger.Slf4j").warn("{} cents", entry.cents());
    mapper.writeValue(output, Map.of("again", new Entry(entry.account(), -entry.cents(), entry.notes()), "count", ++count,
        "jackson", PackageVersion.VERSION.toString()));
  }

  public Total total(Total total) throws IOException {
    LOG.error("total {}", mapper.writeValueAsString(total), new IllegalStateException("planted"));
    return total;
  }
}
